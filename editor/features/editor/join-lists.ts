import { type Editor, Extension } from '@tiptap/core'
import { Selection, TextSelection } from '@tiptap/pm/state'

/**
 * Backspace at the start of a paragraph between two lists of one kind puts its words behind the first list's, and makes one
 * list of the two, which goes on counting. Otherwise two lists would stand one below the other, each counted from one.
 */
export const JoinLists = Extension.create({
  name: 'joinLists',
  addKeyboardShortcuts() {
    return { Backspace: () => joinLists(this.editor) }
  },
})

function joinLists({ state, view }: Editor): boolean {
  const { $from, empty } = state.selection
  const { parent, depth } = $from
  if (!empty || $from.parentOffset > 0 || depth === 0 || parent.type.name !== 'paragraph') return false
  const [before, after] = [$from.before(), $from.after()]
  const [above, below] = [state.doc.resolve(before).nodeBefore, state.doc.resolve(after).nodeAfter]
  if (!above?.type.spec.group?.includes('list') || above.type !== below?.type) return false
  const { $from: $end } = Selection.near(state.doc.resolve(before), -1)
  if (!$end.parent.isTextblock || !$end.parent.type.validContent($end.parent.content.append(parent.content)))
    return false
  const tr = state.tr.delete(before, after).join(before)
  tr.insert($end.pos, parent.content)
  view.dispatch(tr.setSelection(TextSelection.create(tr.doc, $end.pos)).scrollIntoView())
  return true
}
