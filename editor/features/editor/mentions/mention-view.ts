import type { AnyExtension, NodeViewRendererProps } from '@tiptap/core'
import { describeMention, MENTION_NODE } from '../../../../shared/document/describe-mention.ts'
import type { Mention } from '../../../../shared/document/mention.ts'
import { createMentionBoard, type MentionBoard, type Mentioned } from './mention-board.ts'

declare module '@tiptap/core' {
  interface Storage {
    [MENTION_NODE]: MentionBoard
  }
}

/** What a mention says to those for whom its page is not there. */
const GONE = 'There is no such page that you may see'

/**
 * The schema's mention, which shows the present name of whom or what it names. The document keeps the name that it was
 * written with: another name is no edit of it, and each reader may see other pages.
 */
export function withPresentNames(extension: AnyExtension): AnyExtension {
  if (extension.name !== MENTION_NODE) return extension
  return (extension as typeof Mention).extend<unknown, MentionBoard>({
    addStorage: createMentionBoard,
    addNodeView() {
      const board = this.storage
      return ({ node, HTMLAttributes }: NodeViewRendererProps) => {
        const dom = document.createElement('span')
        dom.dataset['type'] = MENTION_NODE
        for (const [name, value] of Object.entries(HTMLAttributes))
          if (value !== null && value !== undefined) dom.setAttribute(name, String(value))
        const stop = board.show(readMentioned(node.attrs), (state) => {
          const words = describeMention(
            state?.kind === 'named' ? { ...node.attrs, label: state.name } : node.attrs,
          )
          if (dom.textContent !== words) dom.textContent = words
          markGone(dom, state?.kind === 'gone')
        })
        return { dom, ignoreMutation: ({ type }) => type !== 'selection', destroy: stop }
      }
    },
  })
}

/** Whether a mention leads nowhere for this reader. */
export function isGoneMention(element: Element): boolean {
  return element.getAttribute('aria-disabled') === 'true'
}

/** Says that a mention leads nowhere, as a link that is out of use does. */
function markGone(dom: HTMLElement, isGone: boolean): void {
  const said = { role: 'link', 'aria-disabled': 'true', title: GONE }
  for (const [name, value] of Object.entries(said))
    if (isGone) dom.setAttribute(name, value)
    else dom.removeAttribute(name)
}

function readMentioned({ kind, pageId, personId }: Record<string, unknown>): Mentioned {
  return kind === 'page' ? { kind, id: String(pageId) } : { kind: 'person', id: String(personId) }
}
