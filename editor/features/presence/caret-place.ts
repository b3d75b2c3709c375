import type { EditorState } from '@tiptap/pm/state'
import { relativePositionToAbsolutePosition, ySyncPluginKey } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { isPinLost } from '../editor/remote-changes.ts'

/** How many letters the document has of a client: those that it writes later are behind this. */
export function countWritten(state: EditorState, clientId: number): number {
  const doc: Y.Doc | undefined = ySyncPluginKey.getState(state)?.doc
  return doc === undefined ? 0 : Y.getState(doc.store, clientId)
}

/**
 * Where a told position is in the document; undefined when it is in a part that is not here yet, or no position
 * at all. A caret is told as the letter before it, and what its owner types arrives before they tell that it
 * moved: so it stands behind what they wrote there since, when the document had `written` of theirs.
 */
export function findPlace(
  state: EditorState,
  told: unknown,
  clientId: number,
  written: number,
): number | undefined {
  const sync = ySyncPluginKey.getState(state)
  if (!sync?.binding || sync.binding.mapping.size === 0) return undefined
  try {
    const place = goBehindTyped(sync.doc, Y.createRelativePositionFromJSON(told), clientId, written)
    return relativePositionToAbsolutePosition(sync.doc, sync.type, place, sync.binding.mapping) ?? undefined
  } catch {
    // It is another client's word, and nothing promises that it means anything.
    return undefined
  }
}

/** Whether the letter that a caret is told by was taken out since; where it stood before is known better then. */
export function isPlaceLost(state: EditorState, told: unknown): boolean {
  try {
    return isPinLost(state, Y.createRelativePositionFromJSON(told))
  } catch {
    return false
  }
}

function goBehindTyped(
  { store }: Y.Doc,
  place: Y.RelativePosition,
  clientId: number,
  written: number,
): Y.RelativePosition {
  const { item: letter, assoc } = place
  if (letter === null || assoc >= 0 || Y.getState(store, letter.client) <= letter.clock) return place
  const isTyped = (client: number, clock: number) => client === clientId && clock >= written
  let item: Y.Item | null = Y.getItem(store, letter) as Y.Item
  let last = letter
  if (letter.clock < item.lastId.clock) {
    // The next letter is in the same piece.
    if (!isTyped(letter.client, letter.clock + 1)) return place
    last = item.lastId
  }
  for (item = item.right; item !== null; item = item.right) {
    if (item.deleted || !item.countable) continue
    if (!isTyped(item.id.client, item.id.clock) || !(item.content instanceof Y.ContentString)) break
    last = item.lastId
  }
  return new Y.RelativePosition(place.type, place.tname, last, assoc)
}
