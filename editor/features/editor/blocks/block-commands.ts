import { type Command, Extension, findParentNode } from '@tiptap/core'
import { NodeRange, type NodeType } from '@tiptap/pm/model'
import { liftListItem } from '@tiptap/pm/schema-list'
import { EditorState, type Selection, TextSelection, type Transaction } from '@tiptap/pm/state'
import { liftTarget } from '@tiptap/pm/transform'
import type { CalloutKind } from '../../../../shared/document/callout.ts'
import { ITEMS } from './move-blocks.ts'

declare module '@tiptap/core' {
  interface Commands<ReturnType> {
    blockCommands: {
      /** Puts the selected blocks into a callout, or changes the kind of the one around them. */
      setCallout: (kind: CalloutKind) => ReturnType
      /** Takes everything out of the callout around the selection. */
      unsetCallout: () => ReturnType
      /** Takes the selected items out of their lists, for what cannot begin an item. */
      leaveLists: () => ReturnType
      /** Goes from the summary of details to a new line below it, for what has no place in one line of text. */
      leaveSummary: () => ReturnType
    }
  }
}

/** What is put around blocks, wherever they are, and how one comes out of it. */
export const BlockCommands = Extension.create({
  name: 'blockCommands',
  addCommands: () => ({
    toggleBlockquote:
      () =>
      ({ tr, chain }) => {
        const { $from, $to } = tr.selection
        const quoted = $from.blockRange($to, ({ type }) => type.name === 'blockquote')
        if (quoted === null) return chain().leaveLists().wrapIn('blockquote').run()
        const target = liftTarget(quoted)
        if (target !== null) tr.lift(quoted, target)
        return true
      },
    setCallout:
      (kind) =>
      ({ editor, commands, chain }) =>
        editor.isActive('callout')
          ? commands.updateAttributes('callout', { kind })
          : chain().leaveLists().wrapIn('callout', { kind }).run(),
    unsetCallout:
      () =>
      ({ tr }) => {
        const callout = findParentNode(({ type }) => type.name === 'callout')(tr.selection)
        if (!callout) return false
        const [$start, $end] = [callout.start, callout.start + callout.node.content.size].map((at) =>
          tr.doc.resolve(at),
        )
        if (!$start || !$end) return false
        const range = new NodeRange($start, $end, callout.depth)
        const target = liftTarget(range)
        if (target !== null) tr.lift(range, target)
        return true
      },
    leaveLists:
      () =>
      ({ tr }) => {
        // Each step counts from a state of its own: the command that lifts takes it that nothing was done before.
        let state = EditorState.create({ doc: tr.doc, selection: tr.selection })
        const take = (lifted: Transaction) => {
          for (const step of lifted.steps) tr.step(step)
          state = state.apply(lifted)
        }
        for (let item = readItem(state.selection); item !== null; item = readItem(state.selection))
          if (!liftListItem(item)(state, take)) break
        return true
      },
    leaveSummary,
  }),
  addKeyboardShortcuts() {
    return { Enter: () => this.editor.commands.command(leaveHolder) }
  },
})

/** The kind of item that the selection begins in the first line of: what begins an item is a paragraph. */
function readItem({ $from }: Selection): NodeType | null {
  if ($from.depth < 2 || $from.index(-1) > 0) return null
  const { type } = $from.node(-1)
  return ITEMS.has(type.name) ? type : null
}

const leaveSummary =
  (): Command =>
  ({ tr, view, state }) => {
    const { $from } = tr.selection
    const { paragraph } = state.schema.nodes
    if ($from.parent.type.name !== 'detailsSummary' || paragraph === undefined) return true
    // Whatever is closed stays closed: behind it is the next place that can be seen.
    const folded = view.nodeDOM($from.after())
    const isOpen = folded instanceof HTMLElement && folded.offsetParent !== null
    const place = isOpen ? $from.after() + 1 : $from.after(-1)
    const next = tr.doc.nodeAt(place)
    const isFree = next?.type === paragraph && next.content.size === 0
    if (!isFree) tr.insert(place, paragraph.create())
    tr.setSelection(TextSelection.create(tr.doc, place + 1))
    return true
  }

/** An empty line leaves the quote or the callout that it is in, also in the midst of it. */
const leaveHolder: Command = ({ tr, dispatch }) => {
  const { $from, empty } = tr.selection
  if (!empty || $from.depth < 2 || $from.parent.type.name !== 'paragraph' || $from.parent.content.size > 0)
    return false
  if (!['blockquote', 'callout'].includes($from.node(-1).type.name)) return false
  const range = $from.blockRange()
  const target = range && liftTarget(range)
  if (range === null || target === null) return false
  if (dispatch) tr.lift(range, target).scrollIntoView()
  return true
}
