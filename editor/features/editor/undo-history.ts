import type { EditorState } from '@tiptap/pm/state'
import { yUndoPluginKey } from '@tiptap/y-tiptap'
import type * as Y from 'yjs'
import { onRestore } from '../../../shared/document/restored.ts'

/**
 * Undoing removes no block in which somebody has written since: what is theirs stays in it. To make a paragraph a heading is
 * to put a new block in its place, in Yjs's eyes, so that taking that back would take their words with it.
 */
export const UNDO_OPTIONS = {
  protectedNodes: new (class extends Set<string> {
    override has(): boolean {
      return true
    }
  })(),
}

/** The history of each document's newest editor. */
const newest = new WeakMap<Y.Doc, Y.UndoManager>()

/**
 * Gives an editor that has just been made what the person did in the document before it, so that they can go on taking it
 * back. It is made anew when it learns of content that it did not know, or when access was taken away and given back.
 */
export function carryUndoHistory(doc: Y.Doc, state: EditorState): void {
  const own: Y.UndoManager = yUndoPluginKey.getState(state).undoManager
  const before = newest.get(doc)
  newest.set(doc, own)
  // What one had taken out is there again: to undo that would bring it twice.
  if (before === undefined) onRestore(doc, () => newest.get(doc)?.clear())
  if (before === undefined || before === own) return
  for (const stack of ['undoStack', 'redoStack'] as const) {
    own[stack] = [...before[stack]]
    // Where the caret was is remembered for each editor, which would be kept with it.
    for (const item of own[stack]) item.meta.clear()
  }
}
