import { Extension } from '@tiptap/core'
import { TextSelection } from '@tiptap/pm/state'
import type { EditorView } from '@tiptap/pm/view'
import type * as Y from 'yjs'

/**
 * Keeps where the person has just gone. The browser moves the caret with the key and says so a moment later;
 * another's edit in between would put it back where the editor believed it to be.
 */
export const KeepSelection = Extension.create<{ doc: Y.Doc | null }, { stop: () => void }>({
  name: 'keepSelection',
  addOptions: () => ({ doc: null }),
  addStorage: () => ({ stop: () => undefined }),
  // Before the view is there: the binding, which remembers the selection at the same moment, comes after it.
  onBeforeCreate() {
    const { doc } = this.options
    const listen = () => {
      if (doc?._transaction?.local === false && this.editor.isInitialized) takeSelection(this.editor.view)
    }
    doc?.on('beforeAllTransactions', listen)
    this.storage.stop = () => doc?.off('beforeAllTransactions', listen)
  },
  onDestroy() {
    this.storage.stop()
  },
})

/**
 * Takes over where the person has just gone. To be called before anything is dispatched that they did not do: also when
 * only what is drawn over the text changes, the editor sets the browser's selection anew.
 */
export function takeSelection(view: EditorView): void {
  if (view.isDestroyed || view.composing || !view.hasFocus()) return
  const shown = document.getSelection()
  const { doc, selection, tr } = view.state
  if (!shown?.anchorNode || !shown.focusNode || !(selection instanceof TextSelection)) return
  if (!view.dom.contains(shown.anchorNode) || !view.dom.contains(shown.focusNode)) return
  const anchor = doc.resolve(view.posAtDOM(shown.anchorNode, shown.anchorOffset))
  const head = doc.resolve(view.posAtDOM(shown.focusNode, shown.focusOffset))
  if (anchor.pos === selection.anchor && head.pos === selection.head) return
  if (!anchor.parent.inlineContent || !head.parent.inlineContent) return
  view.dispatch(tr.setSelection(new TextSelection(anchor, head)))
}
