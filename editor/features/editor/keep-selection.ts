import { Extension } from '@tiptap/core'
import { TextSelection } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import { ySyncPluginKey } from '@tiptap/y-tiptap'
import type * as Y from 'yjs'

/**
 * Keeps where the person has just gone. The browser moves the caret with the key and says so a moment later;
 * another's edit in between would put it back where the editor believed it to be, and so would whatever is only
 * drawn anew: carets, highlights, colours. With it is kept how the next letters are to look.
 */
export const KeepSelection = Extension.create<{ doc: Y.Doc | null }, { stop: () => void }>({
  name: 'keepSelection',
  addOptions: () => ({ doc: null }),
  addStorage: () => ({ stop: () => undefined }),
  // Before the view is there: the binding, which remembers the selection at the same moment, comes after it.
  onBeforeCreate() {
    const { doc } = this.options
    const listen = () => {
      if (doc?._transaction?.local !== false || !this.editor.isInitialized) return
      const { view } = this.editor
      const shown = readShownSelection(view)
      if (shown) view.dispatch(view.state.tr.setSelection(shown))
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
    if (isOthers && storedMarks !== null) transaction.setStoredMarks(storedMarks)
    next(shown ? transaction.setSelection(shown) : transaction)
  },
  onDestroy() {
    this.storage.stop()
  },
})

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
