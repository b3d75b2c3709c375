import {
  type AnyExtension,
  getTextBetween,
  getTextSerializersFromSchema,
  type NodeViewRendererProps,
} from '@tiptap/core'
import { TaskItem } from '@tiptap/extension-list'
import type { Node } from '@tiptap/pm/model'

/**
 * The schema's task item, whose checkbox is disabled where one may only read: TipTap lets it flicker. It is named after
 * its own first line: what lies below it has checkboxes of its own.
 */
export function withPageTasks(extension: AnyExtension): AnyExtension {
  if (extension.name !== TaskItem.name) return extension
  const pageTasks = (extension as typeof TaskItem).extend({
    addNodeView() {
      const render = this.parent?.()
      if (!render) throw new Error('A task item has lost its view.')
      return (props: NodeViewRendererProps) => {
        const view = render(props)
        const checkbox = (view.dom as HTMLElement).querySelector('input')
        const follow = (): void => {
          if (checkbox) checkbox.disabled = !props.editor.isEditable
        }
        follow()
        props.editor.on('update', follow)
        return {
          ...view,
          // The checkbox is ours: ProseMirror need not read the page again when it changes.
          ignoreMutation: (mutation) =>
            mutation.type !== 'selection' && !view.contentDOM?.contains(mutation.target),
          destroy: () => {
            props.editor.off('update', follow)
            view.destroy?.()
          },
        }
      }
    },
  })
  return pageTasks.configure({ a11y: { checkboxLabel: (task) => readFirstLine(task) || 'Empty task' } })
}

function readFirstLine({ firstChild }: Node): string {
  if (firstChild === null) return ''
  const textSerializers = getTextSerializersFromSchema(firstChild.type.schema)
  const text = getTextBetween(firstChild, { from: 0, to: firstChild.content.size }, { textSerializers })
  return text.trim().split('\n')[0] ?? ''
}
