import { Extension } from '@tiptap/core'
import { type EditorState, type Selection, TextSelection, type Transaction } from '@tiptap/pm/state'
import { CellSelection } from '@tiptap/pm/tables'
import type { EditorView } from '@tiptap/pm/view'
import { ySyncPluginKey } from '@tiptap/y-tiptap'
import type * as Y from 'yjs'
import { followText } from './follow-text.ts'
import { findPin, isPinLost, type Pin, pinPosition } from './remote-changes.ts'

interface KeepSelectionStorage {
  /** What the two ends of the selection held on to before another's change. */
  pins: { readonly anchor: Pin; readonly head: Pin }
  stop: () => void
}

/**
 * Keeps where the person has just gone. The browser moves the caret with the key and says so a moment later;
 * another's edit in between would put it back where the editor believed it to be, and so would whatever is only
 * drawn anew: carets, highlights, colours. With it is kept how the next letters are to look. And where another's change
 * writes the letters around the caret anew, as by splitting their line, the caret goes with them.
 */
export const KeepSelection = Extension.create<{ doc: Y.Doc | null }, KeepSelectionStorage>({
  name: 'keepSelection',
  addOptions: () => ({ doc: null }),
  addStorage: () => ({ pins: { anchor: null, head: null }, stop: () => undefined }),
  // Before the view is there: the binding, which remembers the selection at the same moment, comes after it.
  onBeforeCreate() {
    const { doc } = this.options
    const listen = () => {
      if (doc?._transaction?.local !== false || !this.editor.isInitialized) return
      const { view } = this.editor
      const shown = readShownSelection(view)
      if (shown) view.dispatch(view.state.tr.setSelection(shown))
      const [anchor, head] = readEnds(view.state.selection)
      this.storage.pins = { anchor: pinPosition(view.state, anchor), head: pinPosition(view.state, head) }
    }
    doc?.on('beforeAllTransactions', listen)
    this.storage.stop = () => doc?.off('beforeAllTransactions', listen)
  },
  dispatchTransaction({ transaction, next }) {
    const { docChanged, selectionSet, storedMarksSet } = transaction
    // With the focus the caret comes back to where it was before, not to where the browser puts it.
    const isFocus = transaction.getMeta('focus') !== undefined || transaction.getMeta('blur') !== undefined
    const isDrawing = !docChanged && !selectionSet && !storedMarksSet && !isFocus
    const shown = isDrawing ? readShownSelection(this.editor.view) : null
    // What was chosen for the next letters holds, and so does that bold has ended, while another writes.
    const { storedMarks } = this.editor.state
    const isOthers = transaction.getMeta(ySyncPluginKey)?.isUndoRedoOperation === false
    if (isOthers) followSelection(this.editor.state, transaction, this.storage.pins)
    if (isOthers && storedMarks !== null) transaction.setStoredMarks(storedMarks)
    next(shown ? transaction.setSelection(shown) : transaction)
  },
  onDestroy() {
    this.storage.stop()
  },
})

/** Where a selection begins and ends: one of cells with the cells at its corners. */
function readEnds(selection: Selection): [anchor: number, head: number] {
  const { anchor, head } = selection
  return selection instanceof CellSelection
    ? [selection.$anchorCell.pos, selection.$headCell.pos]
    : [anchor, head]
}

/** Takes the selection along with the letters at its ends, if another's change has written them anew. */
function followSelection(
  before: EditorState,
  transaction: Transaction,
  pins: KeepSelectionStorage['pins'],
): void {
  const { selection } = before
  const { doc } = transaction
  if (selection instanceof CellSelection) {
    // The binding knows text and nodes alone: it would put the caret into one of the cells.
    const [$anchor, $head] = [pins.anchor, pins.head].map((pin) => {
      const found = findPin(before, pin)
      return found === null || doc.nodeAt(found)?.type.spec['tableRole'] === undefined
        ? null
        : doc.resolve(found)
    })
    if ($anchor && $head && $anchor.node(-1) === $head.node(-1))
      transaction.setSelection(new CellSelection($anchor, $head))
    return
  }
  if (!(selection instanceof TextSelection) || !(transaction.selection instanceof TextSelection)) return
  const follow = (end: 'anchor' | 'head') =>
    isPinLost(before, pins[end]) ? followText(before.doc, doc, selection[end]) : null
  const anchor = follow('anchor')
  const head = selection.empty ? anchor : follow('head')
  if (anchor === null && head === null) return
  const $anchor = doc.resolve(anchor ?? transaction.selection.anchor)
  const $head = doc.resolve(head ?? transaction.selection.head)
  transaction.setSelection(TextSelection.between($anchor, $head))
}

/** Where the person has gone, if the editor has not heard of it yet. */
function readShownSelection(view: EditorView): TextSelection | null {
  if (view.isDestroyed || view.composing || !view.hasFocus()) return null
  const shown = document.getSelection()
  const { doc, selection } = view.state
  if (!shown?.anchorNode || !shown.focusNode || !(selection instanceof TextSelection)) return null
  if (!view.dom.contains(shown.anchorNode) || !view.dom.contains(shown.focusNode)) return null
  const anchor = doc.resolve(view.posAtDOM(shown.anchorNode, shown.anchorOffset))
  const head = doc.resolve(view.posAtDOM(shown.focusNode, shown.focusOffset))
  if (anchor.pos === selection.anchor && head.pos === selection.head) return null
  if (!anchor.parent.inlineContent || !head.parent.inlineContent) return null
  return new TextSelection(anchor, head)
}
