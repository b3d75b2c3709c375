import { Extension } from '@tiptap/core'
import { Plugin, type Transaction } from '@tiptap/pm/state'
import { columnResizingPluginKey } from '@tiptap/pm/tables'
import { Mapping, StepMap } from '@tiptap/pm/transform'
import { findChange } from './follow-text.ts'
import { isFromBinding } from './remote-changes.ts'

/**
 * Places that are remembered outlive what others write. The binding replaces the whole text for each change of theirs, which
 * would leave none: here it says what has really changed. Carets have their own ways (see keep-selection.ts).
 */
export const NarrowMapping = Extension.create({
  name: 'narrowMapping',
  dispatchTransaction({ transaction, next }) {
    if (transaction.docChanged && isFromBinding(transaction)) narrow(transaction)
    next(transaction)
  },
  addProseMirrorPlugins: () => [endLostDrags()],
})

function narrow(transaction: Transaction): void {
  const change = findChange(transaction.before, transaction.doc)
  const map =
    change === null
      ? StepMap.empty
      : new StepMap([change.start, change.endBefore - change.start, change.endAfter - change.start])
  Object.assign(transaction, { mapping: new Mapping([map]) })
}

/** A border of a column that is being dragged is let go of when another takes its cell away. */
function endLostDrags(): Plugin {
  return new Plugin({
    appendTransaction(_transactions, _before, state) {
      const resizing = columnResizingPluginKey.getState(state)
      if (!resizing?.dragging || resizing.activeHandle >= 0) return null
      return state.tr.setMeta(columnResizingPluginKey, { setDragging: null })
    },
  })
}
