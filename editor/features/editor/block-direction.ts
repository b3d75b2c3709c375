import { Extension } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Plugin } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { readsRightToLeft } from './reads-right-to-left.ts'

const BLOCKS_WITH_EDGES = new Set(['blockquote', 'bulletList', 'orderedList', 'taskList'])

/**
 * Turns quotes and lists around whose text begins in a script that runs from right to left, so that bars, bullets
 * and checkboxes stand where the lines begin. Plain blocks need only CSS. Nothing of it is part of the document.
 */
export const BlockDirection = Extension.create({
  name: 'blockDirection',
  addProseMirrorPlugins: () => [
    new Plugin<DecorationSet>({
      state: {
        init: (_config, state) => decorate(state.doc),
        apply: (transaction, before) => (transaction.docChanged ? decorate(transaction.doc) : before),
      },
      props: {
        decorations(state) {
          return this.getState(state)
        },
      },
    }),
  ],
})

function decorate(doc: Node): DecorationSet {
  const turned: Decoration[] = []
  doc.forEach((node, offset) => {
    if (isRightToLeft(node)) turned.push(Decoration.node(offset, offset + node.nodeSize, { dir: 'rtl' }))
  })
  return DecorationSet.create(doc, turned)
}

/** Nodes never change, so each is read once. */
const known = new WeakMap<Node, boolean>()

function isRightToLeft(node: Node): boolean {
  if (!BLOCKS_WITH_EDGES.has(node.type.name)) return false
  const before = known.get(node)
  if (before !== undefined) return before
  const answer = readsRightToLeft(node.textContent)
  known.set(node, answer)
  return answer
}
