import type * as Y from 'yjs'
import { z } from 'zod'
import type { KeyValueStore } from '../api/key-value-store.ts'
import { forgetCopy, rememberCopy } from './pending-marks.ts'
import { openUpdateStore, removeUpdateStore, type UpdateStore } from './update-store.ts'

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
  /** What has been written until now is still stored. */
  close(): void
  /** Removes the text from this device. */
  remove(): Promise<void>
}

const NOTE_KEY = 'copydesk'
const OPEN_TIMEOUT_MS = 5000
const EMPTY_NOTE: OfflineNote = { hasContent: false, access: null, savedAt: null }

/**
 * Loads a page's copy from IndexedDB into `doc` and keeps writing every update to it. The name holds the
 * person as well as the page: two people on one browser never see each other's unsent text (two visits of a guest are one
 * person's, see earlier-visit.ts). `null` where the
 * browser has no working IndexedDB; `onLost` says that it has stopped working.
 */
export async function openOfflineCopy(
  doc: Y.Doc,
  ids: { userId: string; pageId: string },
  storage: KeyValueStore,
  onLost: () => void,
): Promise<OfflineCopy | null> {
  const name = nameCopy(ids.userId, ids.pageId)
  const store = await openInTime((patience) => openUpdateStore(name, doc, onLost, patience))
  if (!store) return null
  rememberCopy(storage, ids.userId, ids.pageId)
  const note = parseNote(await store.readNote(NOTE_KEY).catch(() => null))
  let written = JSON.stringify(note)
  return {
    note,
    isOrigin: store.isOrigin,
    writeNote(next) {
      const text = JSON.stringify(next)
      if (text === written) return
      written = text
      // A note that cannot be written costs a wait for the server at the next visit, nothing else.
      store.writeNote(NOTE_KEY, text)
    },
    close: store.close,
    async remove() {
      await store.remove()
      forgetCopy(storage, ids.userId, ids.pageId)
    },
  }
}

/** Null where it does not open, or takes so long that the page is not to wait for it. */
async function openInTime(
  open: (patience: AbortSignal) => Promise<UpdateStore>,
): Promise<UpdateStore | null> {
  const patience = new AbortController()
  let timer: ReturnType<typeof setTimeout> | undefined
  const timeUp = new Promise<null>((resolve) => {
    timer = setTimeout(() => {
      patience.abort()
      resolve(null)
    }, OPEN_TIMEOUT_MS)
  })
  try {
    return await Promise.race([open(patience.signal).catch(() => null), timeUp])
  } finally {
    clearTimeout(timer)
  }
}

/** Removes a page’s copy that is not open, unsent edits included. */
export async function removeCopy(
  ids: { userId: string; pageId: string },
  storage: KeyValueStore,
): Promise<void> {
  await removeUpdateStore(nameCopy(ids.userId, ids.pageId))
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
