import * as Y from 'yjs'
import type { KeyValueStore } from '../api/key-value-store.ts'
import { type OfflineCopy, openOfflineCopy, removeCopy } from './offline-copy.ts'
import { readPageText } from './page-text.ts'
import { createPendingMarks, listCopiedPages, listPendingPages } from './pending-marks.ts'

/** Removes all that this device holds of this person's pages, unsent edits included. */
export async function removeCopies(storage: KeyValueStore, userId: string): Promise<void> {
  for (const pageId of listKeptPages(storage, userId)) await removeCopy({ userId, pageId }, storage)
}

const listKeptPages = (storage: KeyValueStore, userId: string): Set<string> =>
  new Set([...listCopiedPages(storage, userId), ...listPendingPages(storage, userId)])

interface CopyIds {
  userId: string
  pageId: string
}

/** The text of every page on which this person has edits that only this device holds. */
export async function readLeftText(storage: KeyValueStore, userId: string): Promise<string> {
  const texts: string[] = []
  for (const pageId of listPendingPages(storage, userId))
    await openForAMoment(storage, { userId, pageId }, new Y.Doc(), (_, doc) => texts.push(readPageText(doc)))
  return texts.join('\n\n')
}

/** Gives one person's unsent edits on this device to another, and removes what else it holds of the first one's pages. */
export async function moveCopies(storage: KeyValueStore, from: string, to: string): Promise<void> {
  const pending = listPendingPages(storage, from)
  for (const pageId of listKeptPages(storage, from))
    if (
      !pending.includes(pageId) ||
      (await addCopy(storage, { userId: from, pageId }, { userId: to, pageId }))
    )
      await removeCopy({ userId: from, pageId }, storage)
}

/** Adds what one copy holds to another, as unsent edits. Answers whether the other holds all of it now. */
async function addCopy(storage: KeyValueStore, source: CopyIds, target: CopyIds): Promise<boolean> {
  const doc = new Y.Doc()
  const left = createPendingMarks(storage, { ...source, sessionId: '' })
  const note = await openForAMoment(storage, source, doc, (copy) => copy.note)
  if (note === null) return false
  const marks = createPendingMarks(storage, { ...target, sessionId: source.userId })
  marks.set(left.inheritedSince ?? Date.now())
  marks.leave(left.inheritedChanges ?? 0)
  await openForAMoment(storage, target, doc, (copy) => {
    // What the other may do there is asked of the server.
    if (!copy.note.hasContent) copy.writeNote({ ...note, access: null })
  })
  const written = new Y.Doc()
  await openForAMoment(storage, target, written, () => undefined)
  return Y.equalSnapshots(Y.snapshot(doc), Y.snapshot(written))
}

/** Reads a copy into `doc`, and adds to the copy what `doc` held before. Null if it does not open. */
async function openForAMoment<Result>(
  storage: KeyValueStore,
  ids: CopyIds,
  doc: Y.Doc,
  use: (copy: OfflineCopy, doc: Y.Doc) => Result,
): Promise<Result | null> {
  const copy = await openOfflineCopy(doc, ids, storage, () => undefined)
  if (copy === null) return null
  try {
    return use(copy, doc)
  } finally {
    copy.close()
  }
}
