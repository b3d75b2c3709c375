import { Extension } from '@tiptap/core'
import { Plugin, Selection } from '@tiptap/pm/state'
import { CellSelection } from '@tiptap/pm/tables'

/**
 * Behind a cut of table cells the caret stands in the first of them, so that they come back to where they were when they
 * are pasted at once. The library leaves it in the last one.
 */
export const CutCells = Extension.create({
  name: 'cutCells',
  addProseMirrorPlugins: () => [
    new Plugin({
      appendTransaction(transactions, before, { tr }) {
        const cut = transactions.find((transaction) => transaction.getMeta('uiEvent') === 'cut')
        if (cut === undefined || !(before.selection instanceof CellSelection)) return null
        const first = Math.min(...before.selection.ranges.map(({ $from }) => $from.pos))
        return tr.setSelection(Selection.near(tr.doc.resolve(cut.mapping.map(first, -1)), 1))
      },
    }),
  ],
})
