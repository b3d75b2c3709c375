import { Extension } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Plugin, type Transaction } from '@tiptap/pm/state'
import { columnResizingPluginKey } from '@tiptap/pm/tables'
import { Mapping, StepMap } from '@tiptap/pm/transform'
import type * as Y from 'yjs'
import { DOCUMENT_FRAGMENT } from '../../../shared/document/fragment.ts'
import { findChangedRanges } from './changed-ranges.ts'
import { findChange } from './follow-text.ts'
import { isFromBinding } from './remote-changes.ts'

/**
 * Places that are remembered outlive what others write. The binding replaces the whole text for each change of theirs, which
 * would leave none: here it says what has really changed. Carets have their own ways (see keep-selection.ts).
 */
export const NarrowMapping = Extension.create<
  { doc: Y.Doc | null },
  { brought: Y.Transaction | null; stop: () => void }
>({
  name: 'narrowMapping',
  addOptions: () => ({ doc: null }),
  addStorage: () => ({ brought: null, stop: () => undefined }),
  onBeforeCreate() {
    const { options, storage } = this
    const begin = (transaction: Y.Transaction) => {
      storage.brought = transaction
    }
    const end = () => {
      storage.brought = null
    }
    options.doc?.on('beforeObserverCalls', begin)
    options.doc?.on('afterTransaction', end)
    storage.stop = () => {
      options.doc?.off('beforeObserverCalls', begin)
      options.doc?.off('afterTransaction', end)
    }
  },
  dispatchTransaction({ transaction, next }) {
    if (transaction.docChanged && isFromBinding(transaction)) narrow(transaction, this.storage.brought)
    next(transaction)
  },
  addProseMirrorPlugins: () => [endLostDrags()],
  onDestroy() {
    this.storage.stop()
  },
})

function narrow(transaction: Transaction, brought: Y.Transaction | null): void {
  const { before, doc } = transaction
  const fragment = brought?.doc.getXmlFragment(DOCUMENT_FRAGMENT)
  const ranges =
    (brought && fragment && findChangedRanges(fragment, brought, before, doc)) ?? findOneRange(before, doc)
  Object.assign(transaction, { mapping: new Mapping([new StepMap(ranges)]) })
}

/** From the first place that differs to the last. */
function findOneRange(before: Node, after: Node): readonly number[] {
  const change = findChange(before, after)
  if (change === null) return []
  const { start, endBefore, endAfter } = change
  return [start, endBefore - start, endAfter - start]
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
