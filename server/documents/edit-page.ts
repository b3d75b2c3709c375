import * as Y from 'yjs'
import type { Role } from '../../shared/roles.ts'
import type { Identity } from '../auth/identity.ts'
import type { CommitLog } from './commit-log.ts'
import type { CommitQueue } from './commit-queue.ts'
import type { WritePermit } from './connection-context.ts'
import { NestedTooDeepError, StorageUnavailableError } from './errors.ts'
import type { LiveAccess } from './live-access.ts'
import { withPage } from './load-page.ts'
import { createNesting } from './nesting.ts'

/** What became of an edit that the server made on somebody's behalf. */
export type Edited =
  | {
      readonly kind: 'written'
      /** Where the page stands with the edit in it. */
      readonly seq: number
      /** Whether others wrote between what the edit was computed on and `seq`: their words are in there too. */
      readonly merged: boolean
    }
  /** There was nothing to change, so nothing was written. */
  | { readonly kind: 'unchanged'; readonly seq: number }
  /** The page stands at `seq`, not where the author believed it to: nothing was written. */
  | { readonly kind: 'outdated'; readonly seq: number }

export interface EditOptions {
  /** The role that it takes, if it is not an editor's. */
  readonly needed?: Role | undefined
  /** The `seq` that the page must stand at. */
  readonly expectedSeq?: number | undefined
  /** Runs before anything is written, with the page's state as it is: what it throws ends the edit. */
  readonly beforeWrite?: ((state: Uint8Array, seq: number) => Promise<void>) | undefined
}

/**
 * Changes a page as a co-author would: `change` works on a copy, and what it did goes the way of every
 * other edit, so that it merges with what is being typed meanwhile. Resolves after the commit.
 * @throws PageGoneError, PageUnreadableError, PageTooLargeError, NestedTooDeepError, StorageUnavailableError,
 * PermissionEndedError, and whatever
 * `change` throws
 */
export type EditPage = (
  pageId: string,
  author: Identity,
  change: (doc: Y.Doc, seq: number) => void,
  options?: EditOptions,
) => Promise<Edited>

/** How many edits of one page may wait for their turn; each holds what it was sent. */
export const MAX_WAITING_EDITS = 20

export interface EditPageDeps {
  readonly log: Pick<CommitLog, 'read'>
  readonly queue: Pick<CommitQueue, 'enqueue'>
  readonly withPermit: LiveAccess['withPermit']
  /** The `seq` of the newest row behind `afterSeq` that this author wrote without a connection. */
  readonly readOwnSeq: (pageId: string, userId: string, afterSeq: number) => Promise<number | null>
}

/** The copy comes from the log and not from the open document: only there is it known which `seq` it is. */
export function createEditPage({ log, queue, withPermit, readOwnSeq }: EditPageDeps): EditPage {
  const lastOfPage = new Map<string, { readonly edit: Promise<unknown>; readonly waiting: number }>()

  /** One edit of a page at a time: each sees the one before, and two replacements do not both insert. */
  function inTurn<Result>(pageId: string, work: () => Promise<Result>): Promise<Result> {
    const before = lastOfPage.get(pageId)
    const waiting = before === undefined ? 0 : before.waiting + 1
    if (waiting > MAX_WAITING_EDITS) return Promise.reject(new StorageUnavailableError())
    const own = (before?.edit ?? Promise.resolve()).then(work, work)
    lastOfPage.set(pageId, { edit: own, waiting })
    const leave = () => {
      const last = lastOfPage.get(pageId)
      if (last?.edit === own) lastOfPage.delete(pageId)
      else if (last !== undefined) lastOfPage.set(pageId, { ...last, waiting: last.waiting - 1 })
    }
    own.then(leave, leave)
    return own
  }

  function edit(
    permit: WritePermit,
    change: Parameters<EditPage>[2],
    { expectedSeq, beforeWrite }: EditOptions,
  ): Promise<Edited> {
    const { pageId, identity } = permit
    const { userId } = identity
    return withPage(log, pageId, async (copy, base): Promise<Edited> => {
      if (expectedSeq !== undefined && expectedSeq !== base) return { kind: 'outdated', seq: base }
      const stateBefore = beforeWrite === undefined ? null : Y.encodeStateAsUpdate(copy)
      const update = recordChange(copy, () => change(copy, base))
      if (update === null) return { kind: 'unchanged', seq: base }
      if (createNesting(copy).judge(update) !== 'fits') throw new NestedTooDeepError()
      if (stateBefore !== null) await beforeWrite?.(stateBefore, base)
      const shrinks = () =>
        stateBefore !== null && Y.encodeStateAsUpdate(copy).byteLength < stateBefore.byteLength
      await new Promise<void>((resolve, reject) => {
        const author = { pageId, userId, connectionId: null }
        queue.enqueue({ ...author, permit, update, shrinks, committed: resolve, refused: reject })
      })
      // It is committed: that its place cannot be read now must not look as if it were not.
      const seq = await readOwnSeq(pageId, userId, base).catch(() => null)
      return { kind: 'written', seq: seq ?? base + 1, merged: seq !== base + 1 }
    })
  }

  return (pageId, author, change, options = {}) =>
    inTurn(pageId, () =>
      withPermit(author, pageId, (permit) => edit(permit, change, options), options.needed),
    )
}

/** What `change` does to a document, as one update; null if it does nothing. */
function recordChange(doc: Y.Doc, change: () => void): Uint8Array | null {
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  doc.transact(change)
  if (updates.length === 0) return null
  return updates.length === 1 ? (updates[0] as Uint8Array) : Y.mergeUpdates(updates)
}
