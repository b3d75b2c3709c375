import { Extension } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Plugin } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'
import { computeAuthorColor } from '../../../shared/colors.ts'
import { formatMoment } from '../../app/format-time.ts'
import { readTextPlaces, toDocumentRanges } from './text-places.ts'
import type { VersionChanges } from './use-version-changes.ts'

/** What an author is called who is not known any more. */
export const UNKNOWN_AUTHOR = 'Somebody'

/** Shows in a document what a version changed: what came in its author's colour, what went struck through. */
export function createChangeMarks(changes: VersionChanges): Extension {
  return Extension.create({
    name: 'changeMarks',
    addProseMirrorPlugins: () => [
      new Plugin<DecorationSet>({
        state: {
          init: (_config, { doc }) => DecorationSet.create(doc, markChanges(doc, changes)),
          apply: (transaction, set) => set.map(transaction.mapping, transaction.doc),
        },
        props: {
          decorations(state) {
            return this.getState(state)
          },
        },
      }),
    ],
  })
}

function markChanges(doc: Node, { blocks, authors, since }: VersionChanges): Decoration[] {
  const marks: Decoration[] = []
  const removed = new Set<number>()
  const added: { from: number; to: number }[] = []
  doc.forEach((block, offset, index) => {
    const change = blocks[index]?.change
    const range = { from: offset, to: offset + block.nodeSize }
    if (change === 'removed') {
      removed.add(index)
      marks.push(Decoration.node(range.from, range.to, { class: 'version-removed' }))
    } else if (change === 'added') {
      added.push(range)
      marks.push(Decoration.node(range.from, range.to, { class: 'version-added' }))
    }
  })

  const { places } = readTextPlaces(doc, removed)
  for (const { from, to, author, at } of authors) {
    // Both are the server's own times in the same format.
    if (author === null || at === null || (since !== null && at <= since)) continue
    const color = computeAuthorColor(author.id)
    const attributes = {
      class: 'version-text',
      style: `background-color: ${color}26; border-bottom-color: ${color}`,
      title: `${author.name || UNKNOWN_AUTHOR}, ${formatMoment(at)}`,
    }
    for (const range of toDocumentRanges(places, { from, to }))
      for (const block of added) {
        const start = Math.max(range.from, block.from)
        const end = Math.min(range.to, block.to)
        if (start < end) marks.push(Decoration.inline(start, end, attributes))
      }
  }
  return marks
}
