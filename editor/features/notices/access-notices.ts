import { notifications } from '@mantine/notifications'
import { createId } from '../../api/create-id.ts'

/** A page, with what lies below it, or a whole drive with `pageId` null. */
export interface AccessKey {
  readonly driveId: string
  readonly pageId: string | null
}

type Words = Omit<Parameters<typeof notifications.show>[0], 'id'>

/** The notices about one's own access: of each page and of each drive the latest alone. */
export interface AccessNotices {
  /**
   * Takes back what was told of a place before, and of its pages if `withPages`, also what is still on its way. Answers what
   * tells the next, which does nothing if there is a later one by then.
   */
  begin(place: AccessKey, options?: { readonly withPages: boolean }): (words: Words) => void
}

export function createAccessNotices(): AccessNotices {
  /** By page or drive. */
  const latest = new Map<string, AccessKey & { readonly noticeId: string }>()

  return {
    begin({ driveId, pageId }, { withPages } = { withPages: false }) {
      const key = pageId ?? driveId
      for (const [otherKey, other] of latest) {
        if (otherKey !== key && !(withPages && other.driveId === driveId)) continue
        notifications.hide(other.noticeId)
        latest.delete(otherKey)
      }
      // One of its own, which is there for as long as it should be: one that is changed closes when the first would have.
      const noticeId = `access:${createId()}`
      latest.set(key, { driveId, pageId, noticeId })
      return (words) => {
        if (latest.get(key)?.noticeId === noticeId) notifications.show({ ...words, id: noticeId })
      }
    },
  }
}
