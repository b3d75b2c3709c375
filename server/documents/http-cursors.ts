import type { Document } from '@hocuspocus/server'
import type { SyncCursor } from '../../shared/api/sync.ts'
import type { Identity } from '../auth/identity.ts'
import { type CursorBoard, nameCursor } from './cursor-board.ts'

// Whoever works over plain HTTP brings their cursor with each request and is answered everybody else's. While
// somebody has the page open over a WebSocket, these cursors are on its board like all others.

/** How long a cursor is shown after the last request that brought it, ms; with the sweep below E4's 15 seconds. */
export const CURSOR_KEPT_MS = 12_000
const SWEEP_MS = 2_000
/** How many cursors that come over HTTP are kept of one page, and of one person there. */
const MAX_CURSORS_OF_PAGE = 500
const MAX_CURSORS_OF_PERSON = 10
/** Roughly what one answer carries of others' cursors, bytes: some eight hundred. */
const MAX_ANSWER_BYTES = 256 * 1024

/** The cursors of those who have no WebSocket. */
export interface HttpCursors {
  /**
   * Takes somebody's cursor and answers those of all others on the page. They have been let in to it, and what
   * they typed before is committed.
   */
  exchange(pageId: string, identity: Identity, cursor: SyncCursor): SyncCursor[]
  /** Takes away the cursors of those whom `concerns` picks; who may still come brings theirs again. */
  forget(concerns: (identity: Identity, pageId: string) => boolean): void
  close(): void
}

export interface HttpCursorsDeps {
  /** The page's document while somebody has it open over a WebSocket. */
  readonly findDocument: (pageId: string) => Document | undefined
  readonly boardOf: (document: Document) => CursorBoard<object>
  /** Milliseconds, monotonic. */
  readonly now: () => number
  /** Calls again and again until the answer is called. */
  readonly every: (ms: number, call: () => void) => () => void
}

interface Kept {
  readonly identity: Identity
  cursor: SyncCursor
  seenAt: number
}

/** Makes one; it owns the timer that takes away what is not heard of any more. */
export function createHttpCursors({ findDocument, boardOf, now, every }: HttpCursorsDeps): HttpCursors {
  const pages = new Map<string, Map<number, Kept>>()
  const stop = every(SWEEP_MS, () => drop(({ seenAt }) => now() - seenAt > CURSOR_KEPT_MS))

  function drop(isOver: (kept: Kept, pageId: string) => boolean): void {
    for (const [pageId, page] of pages) {
      for (const [clientId, kept] of page) if (isOver(kept, pageId)) remove(pageId, clientId, kept)
    }
  }

  function remove(pageId: string, clientId: number, kept: Kept): void {
    const page = pages.get(pageId)
    page?.delete(clientId)
    if (page?.size === 0) pages.delete(pageId)
    const document = findDocument(pageId)
    if (document !== undefined) boardOf(document).remove(kept)
  }

  /** Keeps the cursor, if it is theirs to speak for. */
  function keep(pageId: string, identity: Identity, cursor: SyncCursor): Kept | null {
    const page = pages.get(pageId) ?? new Map<number, Kept>()
    const before = page.get(cursor.clientId)
    if (before !== undefined) {
      if (before.identity.userId !== identity.userId) return null
      if (cursor.clock >= before.cursor.clock) before.cursor = cursor
      before.seenAt = now()
      return before
    }
    const own = [...page.values()].filter((kept) => kept.identity.userId === identity.userId)
    if (page.size >= MAX_CURSORS_OF_PAGE || own.length >= MAX_CURSORS_OF_PERSON) return null
    const kept = { identity, cursor, seenAt: now() }
    pages.set(pageId, page.set(cursor.clientId, kept))
    return kept
  }

  function readOthers(pageId: string, clientId: number): SyncCursor[] {
    const others = new Map<number, SyncCursor>()
    for (const [id, { identity, cursor }] of pages.get(pageId) ?? [])
      others.set(id, { ...cursor, state: nameCursor(identity, cursor.state) })
    const awareness = findDocument(pageId)?.awareness
    for (const [id, state] of awareness?.getStates() ?? [])
      others.set(id, { clientId: id, clock: awareness?.meta.get(id)?.clock ?? 0, state })
    others.delete(clientId)
    let bytesLeft = MAX_ANSWER_BYTES
    return [...others.values()].filter(({ state }) => {
      bytesLeft -= JSON.stringify(state).length
      return bytesLeft >= 0
    })
  }

  return {
    exchange(pageId, identity, cursor) {
      const { clientId, state } = cursor
      const kept = pages.get(pageId)?.get(clientId)
      if (state !== null) {
        const own = keep(pageId, identity, cursor)
        const document = findDocument(pageId)
        // The board judges it as every other: a client id that somebody else speaks for is not theirs.
        if (own !== null && document !== undefined)
          boardOf(document).move(own, identity, [own.cursor], () => true)
      } else if (kept?.identity.userId === identity.userId) {
        remove(pageId, clientId, kept)
      }
      return readOthers(pageId, clientId)
    },

    forget: (concerns) => drop(({ identity }, pageId) => concerns(identity, pageId)),

    close: stop,
  }
}
