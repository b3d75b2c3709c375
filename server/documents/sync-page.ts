import * as Y from 'yjs'
import type { SyncAnswer, SyncRequest } from '../../shared/api/sync.ts'
import { ContentError } from '../../shared/document/content-error.ts'
import type { Identity } from '../auth/identity.ts'
import type { CommitLog } from './commit-log.ts'
import type { CommitQueue } from './commit-queue.ts'
import { NestedTooDeepError } from './errors.ts'
import type { HttpCursors } from './http-cursors.ts'
import type { LiveAccess } from './live-access.ts'
import { withPage } from './load-page.ts'
import { createNesting } from './nesting.ts'
import { isShallow, isWellFormedUpdate } from './well-formed-update.ts'

/**
 * Takes somebody's updates and answers what they miss, after the commit: what a WebSocket does, in one call, cursors
 * included.
 * Updates that the page has already are not written again. The caller has checked that they may read; whether
 * they may write is decided for the updates.
 * @throws ContentError `malformed-update`, PageGoneError, PageUnreadableError, PageTooLargeError,
 * NestedTooDeepError, PermissionEndedError, StorageUnavailableError
 */
export type SyncPage = (
  pageId: string,
  identity: Identity,
  request: SyncRequest,
) => Promise<Omit<SyncAnswer, 'canWrite'>>

export function createSyncPage({
  log,
  queue,
  withPermit,
  exchangeCursors,
}: {
  log: Pick<CommitLog, 'read' | 'readHead'>
  queue: Pick<CommitQueue, 'enqueue'>
  withPermit: LiveAccess['withPermit']
  exchangeCursors: HttpCursors['exchange']
}): SyncPage {
  const answer = (doc: Y.Doc, head: number, stateVector: Uint8Array) => ({
    head,
    missing: Y.encodeStateAsUpdate(doc, stateVector),
    stateVector: Y.encodeStateVector(doc),
  })

  async function syncText(
    pageId: string,
    identity: Identity,
    { stateVector, updates, head }: SyncRequest,
  ): Promise<Omit<SyncAnswer, 'canWrite'>> {
    // Who only asks whether there is news, every few seconds, does not have the whole page read for it.
    if (head > 0 && updates.length === 0 && (await log.readHead(pageId)) === head) {
      return { head, missing: NOTHING, stateVector }
    }
    const read = () => withPage(log, pageId, (doc, seq) => answer(doc, seq, stateVector))
    if (updates.length === 0) return read()

    return withPermit(identity, pageId, async (permit) => {
      const first = await withPage(log, pageId, (doc, seq) => {
        const update = findNews(doc, updates)
        return update === null ? { answer: answer(doc, seq, stateVector) } : { update }
      })
      if (first.answer !== undefined) return first.answer
      const { update } = first
      const { userId } = identity
      await new Promise<void>((resolve, reject) => {
        const author = { pageId, userId, connectionId: null, permit }
        queue.enqueue({ ...author, update, committed: resolve, refused: reject })
      })
      // Read again: others may have written between, and the head must not promise what is not answered.
      return read()
    })
  }

  return async (pageId, identity, request) => {
    const { stateVector, updates, cursor } = request
    if (!isStateVector(stateVector)) throw malformed('state vector')
    if (!updates.every(isWellFormedUpdate)) throw malformed('update')
    if (cursor !== undefined && !isShallow(cursor.state)) throw malformed('cursor')
    const answer = await syncText(pageId, identity, request)
    // Only now: a cursor is not shown before the text that it stands in.
    return cursor === undefined ? answer : { ...answer, cursors: exchangeCursors(pageId, identity, cursor) }
  }
}

/**
 * What of some updates a page lacks, as one; null for nothing. A client that sends all it has must not become the
 * author of what others wrote.
 * @throws NestedTooDeepError, ContentError
 */
function findNews(doc: Y.Doc, updates: readonly Uint8Array[]): Uint8Array | null {
  const known = Y.snapshot(doc)
  const has = Y.encodeStateVector(doc)
  const added = updates
    .filter((update) => !Y.snapshotContainsUpdate(known, update))
    .map((update) => Y.diffUpdate(update, has))
  if (added.length === 0) return null
  const update = Y.mergeUpdates(added)
  const placement = createNesting(doc).judge(update)
  if (placement === 'too-deep') throw new NestedTooDeepError()
  if (placement === 'unplaced') throw unplaced()
  return update
}

const NOTHING = Y.encodeStateAsUpdate(new Y.Doc())

function isStateVector(bytes: Uint8Array): boolean {
  try {
    Y.decodeStateVector(bytes)
    return true
  } catch {
    // It throws at bytes that are none: that is the answer.
    return false
  }
}

const unplaced = () =>
  new ContentError(
    'malformed-update',
    'An update builds on something that the page does not have: send that along, or ask what the page has.',
  )

const malformed = (what: string) => new ContentError('malformed-update', `A ${what} does not decode.`)
