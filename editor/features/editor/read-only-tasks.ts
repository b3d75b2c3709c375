import type { AnyExtension, NodeViewRendererProps } from '@tiptap/core'
import { TaskItem } from '@tiptap/extension-list'

/** The schema's task item, whose checkbox is disabled where one may only read: TipTap lets it flicker. */
export function withReadOnlyTasks(extension: AnyExtension): AnyExtension {
  if (extension.name !== TaskItem.name) return extension
  return (extension as typeof TaskItem).extend({
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
}
