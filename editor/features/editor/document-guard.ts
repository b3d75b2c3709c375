import { Extension } from '@tiptap/core'
import { Plugin, PluginKey, type Transaction } from '@tiptap/pm/state'
import { ySyncPluginKey } from '@tiptap/y-tiptap'

/**
 * Lets nothing into the document that this person did not do. Somebody who may only read makes no edit, not
 * even through a plugin that reacts to what arrives; and what others wrote is not turned into links here,
 * because it was, or was not, where they typed it. Nothing reacts to what others did by writing more: a table
 * that two people changed at once would be mended by every editor that has it open, each in its own way.
 */
export const DocumentGuard = Extension.create({
  name: 'documentGuard',
  addProseMirrorPlugins() {
    const { editor } = this
    return [
      new Plugin({
        key: new PluginKey('documentGuard'),
        filterTransaction(transaction) {
          if (!transaction.docChanged) return true
          const cause = transaction.getMeta('appendedTransaction') as Transaction | undefined
          if (cause?.getMeta(ySyncPluginKey) !== undefined) return false
          const isFromOthers = transaction.getMeta(ySyncPluginKey) !== undefined
          if (isFromOthers) transaction.setMeta('preventAutolink', true)
          return isFromOthers || editor.isEditable
        },
      }),
    ]
  },
})
