import { clearDocument, IndexeddbPersistence } from 'y-indexeddb'
import type * as Y from 'yjs'
import { z } from 'zod'
import type { KeyValueStore } from '../api/key-value-store.ts'
import { forgetCopy, rememberCopy } from './pending-marks.ts'

/** What is kept beside the text: whether the server's text was ever here, and what we may do with it. */
const noteSchema = z.object({
  hasContent: z.boolean(),
  access: z.enum(['read-only', 'read-write']).nullable(),
  savedAt: z.number().nullable(),
})
export type OfflineNote = z.infer<typeof noteSchema>

export interface OfflineCopy {
  readonly note: OfflineNote
  /** Whether a transaction's origin is this copy being read, rather than somebody editing. */
  isOrigin(origin: unknown): boolean
  writeNote(note: OfflineNote): void
  close(): Promise<void>
  /** Removes the text from this device. */
  remove(): Promise<void>
}

const NOTE_KEY = 'copydesk'
const OPEN_TIMEOUT_MS = 5000
const EMPTY_NOTE: OfflineNote = { hasContent: false, access: null, savedAt: null }

/**
 * Loads a page's copy from IndexedDB into `doc` and keeps writing every update to it. The name holds the
 * person as well as the page: two people on one browser never see each other's unsent text. `null` where the
 * browser has no working IndexedDB.
 */
export async function openOfflineCopy(
  doc: Y.Doc,
  ids: { userId: string; pageId: string },
  storage: KeyValueStore,
): Promise<OfflineCopy | null> {
  const name = nameCopy(ids.userId, ids.pageId)
  if (!(await isWorking())) return null

  const persistence = new IndexeddbPersistence(name, doc)
  const isOpen = await Promise.race([persistence.whenSynced.then(() => true), wait(OPEN_TIMEOUT_MS)])
  if (!isOpen) {
    void persistence.destroy().catch(() => undefined)
    return null
  }
  rememberCopy(storage, ids.userId, ids.pageId)
  const note = parseNote(await persistence.get(NOTE_KEY))
  let written = JSON.stringify(note)
  return {
    note,
    isOrigin: (origin) => origin === persistence,
    writeNote(next) {
      const text = JSON.stringify(next)
      if (text === written) return
      written = text
      // A note that cannot be written costs a wait for the server at the next visit, nothing else.
      persistence.set(NOTE_KEY, text).catch(() => undefined)
    },
    close: async () => {
      await persistence.destroy()
    },
    async remove() {
      await persistence.clearData()
      forgetCopy(storage, ids.userId, ids.pageId)
    },
  }
}

/** Removes a page’s copy that is not open, unsent edits included. */
export async function removeCopy(
  ids: { userId: string; pageId: string },
  storage: KeyValueStore,
): Promise<void> {
  await clearDocument(nameCopy(ids.userId, ids.pageId))
  forgetCopy(storage, ids.userId, ids.pageId)
}

function nameCopy(userId: string, pageId: string): string {
  return `copydesk:${userId}:${pageId}`
}

function parseNote(value: unknown): OfflineNote {
  if (typeof value !== 'string') return EMPTY_NOTE
  const parsed = noteSchema.safeParse(JSON.parse(value))
  return parsed.success ? parsed.data : EMPTY_NOTE
}

/** y-indexeddb leaves a failing open unhandled, so one is tried first. */
function isWorking(): Promise<boolean> {
  if (typeof indexedDB === 'undefined') return Promise.resolve(false)
  return new Promise((resolve) => {
    try {
      const request = indexedDB.open('copydesk:probe')
      request.onsuccess = () => {
        request.result.close()
        resolve(true)
      }
      request.onerror = (event) => {
        event.preventDefault()
        resolve(false)
      }
    } catch {
      resolve(false)
    }
  })
}

function wait(ms: number): Promise<false> {
  return new Promise((resolve) => setTimeout(() => resolve(false), ms))
}
