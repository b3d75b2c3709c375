import { TextSelection } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import type { RemoteCaret } from './remote-carets.ts'

/**
 * Takes one letter back, or goes one to the left, where another's caret stands beside ours in code: the browser, which
 * sees a part that is no text at the end of a line there, would take the end of the line above as well.
 */
export function goBackInCode(
  view: EditorView,
  event: KeyboardEvent,
  others: readonly RemoteCaret[],
): boolean {
  const { state } = view
  const { $head, empty } = state.selection
  const hasModifier = event.shiftKey || event.ctrlKey || event.altKey || event.metaKey
  if (hasModifier || event.isComposing || (event.key !== 'Backspace' && event.key !== 'ArrowLeft'))
    return false
  if (!empty || !$head.parent.type.spec.code || $head.parentOffset === 0) return false
  if (!others.some(({ head }) => Math.abs(head - $head.pos) <= 1)) return false
  const before = $head.parent.textBetween(0, $head.parentOffset)
  const letter = [...new Intl.Segmenter().segment(before)].at(-1)?.segment ?? ''
  const to = $head.pos - letter.length
  const transaction =
    event.key === 'Backspace'
      ? state.tr.delete(to, $head.pos)
      : state.tr.setSelection(TextSelection.create(state.doc, to))
  view.dispatch(transaction.scrollIntoView())
  return true
}
