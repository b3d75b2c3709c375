import { Extension } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Plugin, PluginKey, type Transaction } from '@tiptap/pm/state'
import { AttrStep } from '@tiptap/pm/transform'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { isFromBinding } from '../remote-changes.ts'
import type { Highlighter } from './highlighter.ts'

const key = new PluginKey<DecorationSet>('highlightCode')
/** Longer code is shown plain, characters: colouring it would hold up typing. */
const MAX_LENGTH = 20_000

/** Colours code by its language. What it takes is loaded when a page has code for the first time. */
export const HighlightCode = Extension.create({
  name: 'highlightCode',
  addProseMirrorPlugins() {
    let highlighter: Highlighter | null = null
    const decorate = (doc: Node) => (highlighter === null ? DecorationSet.empty : color(doc, highlighter))
    return [
      new Plugin<DecorationSet>({
        key,
        state: {
          init: (_config, { doc }) => decorate(doc),
          apply(transaction, before) {
            if (transaction.getMeta(key) === 'loaded') return decorate(transaction.doc)
            if (!transaction.docChanged) return before
            if (!isFromBinding(transaction) && !touchesCode(transaction))
              return before.map(transaction.mapping, transaction.doc)
            return decorate(transaction.doc)
          },
        },
        props: { decorations: (state) => key.getState(state) },
        view(view) {
          let isClosed = false
          let isAsked = false
          const load = (doc: Node) => {
            if (isAsked || highlighter !== null || !hasCode(doc)) return
            isAsked = true
            import('./highlighter.ts').then(
              (module) => {
                highlighter = module.createHighlighter()
                if (!isClosed)
                  view.dispatch(view.state.tr.setMeta(key, 'loaded').setMeta('addToHistory', false))
              },
              // Without it code is shown plain; the next that is written tries again.
              () => {
                isAsked = false
              },
            )
          }
          load(view.state.doc)
          return {
            update: ({ state }, before) => state.doc !== before.doc && load(state.doc),
            destroy: () => {
              isClosed = true
            },
          }
        },
      }),
    ]
  },
})

function eachCode(doc: Node, visit: (node: Node, position: number) => void): void {
  doc.descendants((node, position) => {
    if (node.type.name === 'codeBlock') visit(node, position)
    return !node.isTextblock
  })
}

function hasCode(doc: Node): boolean {
  let isFound = false
  eachCode(doc, () => {
    isFound = true
  })
  return isFound
}

function touchesCode({ mapping, steps, doc, before }: Transaction): boolean {
  // An attribute, perhaps the language: it moves nothing.
  if (steps.some((step) => step instanceof AttrStep)) return true
  let isTouched = false
  const look = (node: Node, from: number, to: number) =>
    node.nodesBetween(Math.max(0, from - 1), Math.min(node.content.size, to + 1), ({ type }) => {
      isTouched ||= type.name === 'codeBlock'
      return !isTouched
    })
  mapping.maps.forEach((map, index) => {
    const [rest, first] = [mapping.slice(index + 1), mapping.slice(0, index).invert()]
    map.forEach((oldFrom, oldTo, newFrom, newTo) => {
      look(doc, rest.map(newFrom, -1), rest.map(newTo, 1))
      look(before, first.map(oldFrom, -1), first.map(oldTo, 1))
    })
  })
  return isTouched
}

function color(doc: Node, highlighter: Highlighter): DecorationSet {
  const decorations: Decoration[] = []
  eachCode(doc, (node, position) => {
    const language: unknown = node.attrs['language']
    if (typeof language !== 'string' || node.textContent.length > MAX_LENGTH) return
    for (const { from, to, classes } of highlighter.read(node.textContent, language))
      decorations.push(Decoration.inline(position + 1 + from, position + 1 + to, { class: classes }))
  })
  return DecorationSet.create(doc, decorations)
}
