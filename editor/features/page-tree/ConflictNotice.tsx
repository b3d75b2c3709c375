import { Button } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import type { Page, PageConflict } from '../../../shared/api/pages.ts'
import { showNotice } from '../../app/show-notice.ts'
import classes from './ConflictNotice.module.css'

/** What somebody saw when they began to change a page, and what they have made of it. */
export interface OwnChange {
  readonly userId: string
  readonly seen: Pick<Page, 'title' | 'parentId' | 'position'>
  readonly made: Pick<Page, 'title' | 'parentId' | 'position'>
}

/**
 * Tells somebody whose title or place for a page has replaced another person's that they did not know of.
 * Says nothing when the other one changed something else, or the same to the same.
 */
export function showTitleConflict(
  conflict: PageConflict | undefined,
  { userId, seen, made }: OwnChange,
  takeTheirs: () => void,
): void {
  if (!conflict || conflict.changedBy.userId === userId) return
  const theirs = conflict.page.title
  if (theirs === seen.title || theirs === made.title) return
  const id = `conflict:${conflict.page.id}`
  showNotice({
    id,
    autoClose: 20_000,
    color: 'yellow',
    title: <bdi>{conflict.changedBy.name} named this page too</bdi>,
    message: (
      <>
        <p className={classes.text}>
          While you were writing, they called it “<bdi>{theirs || 'Untitled'}</bdi>”. It is now called “
          <bdi>{made.title || 'Untitled'}</bdi>”, as you wrote last.
        </p>
        <Button
          size="xs"
          variant="default"
          onClick={() => {
            notifications.hide(id)
            takeTheirs()
          }}
        >
          Use their title
        </Button>
      </>
    ),
  })
}

/** The same for a page that two people have moved. */
export function showMoveConflict(
  conflict: PageConflict | undefined,
  { userId, seen, made }: OwnChange,
): void {
  if (!conflict || conflict.changedBy.userId === userId) return
  const theirs = conflict.page
  if (isSamePlace(theirs, seen) || isSamePlace(theirs, made)) return
  showNotice({
    id: `conflict:${theirs.id}`,
    autoClose: 10_000,
    color: 'yellow',
    title: <bdi>{conflict.changedBy.name} moved this page too</bdi>,
    message: (
      <>
        “<bdi>{theirs.title || 'Untitled'}</bdi>” is now where you put it, because you were the last.
      </>
    ),
  })
}

const isSamePlace = (one: OwnChange['seen'], other: OwnChange['seen']): boolean =>
  one.parentId === other.parentId && one.position === other.position
