import { Extension } from '@tiptap/core'
import type { ResolvedPos } from '@tiptap/pm/model'
import {
  type Command,
  type EditorState,
  NodeSelection,
  Selection,
  TextSelection,
  type Transaction,
} from '@tiptap/pm/state'

/** What moves as one: items inside their list, everything else as a block of the page or of what is around it. */
const ITEMS = new Set(['listItem', 'taskItem'])
const HOLDERS = new Set(['doc', 'blockquote', 'callout', 'detailsContent', 'tableCell', 'tableHeader'])

/** A block: where it begins and ends. */
export interface BlockRange {
  readonly from: number
  readonly to: number
}

/** The block around a position that moves as one; null if there is none. */
export function findBlock($pos: ResolvedPos): BlockRange | null {
  for (let depth = $pos.depth; depth > 0; depth--) {
    const isItem = ITEMS.has($pos.node(depth).type.name)
    if (isItem || HOLDERS.has($pos.node(depth - 1).type.name))
      return { from: $pos.before(depth), to: $pos.after(depth) }
  }
  return null
}

/** The block that a selection is in, or the blocks that it touches. */
export function selectedBlocks({ selection }: EditorState): BlockRange | null {
  if (selection instanceof NodeSelection) return { from: selection.from, to: selection.to }
  const first = findBlock(selection.$from)
  const last = findBlock(selection.$to)
  if (first === null || last === null) return null
  const { doc } = selection.$from
  const isBeside = doc.resolve(first.from).sameParent(doc.resolve(last.from))
  return isBeside ? { from: first.from, to: last.to } : null
}

/** Moves the selected blocks before the one above them, or behind the one below. */
export function moveBlocks(direction: 'up' | 'down'): Command {
  return (state, dispatch) => {
    const range = selectedBlocks(state)
    if (range === null) return false
    const $from = state.doc.resolve(range.from)
    const $to = state.doc.resolve(range.to)
    const neighbour = direction === 'up' ? $from.nodeBefore : $to.nodeAfter
    if (neighbour === null) return false
    if (dispatch === undefined) return true
    // The neighbour is what moves: so the caret, and what others write in the block, stay in it.
    const { tr } = state
    if (direction === 'up') {
      tr.insert(range.to, neighbour)
      tr.delete(range.from - neighbour.nodeSize, range.from)
    } else {
      tr.delete(range.to, range.to + neighbour.nodeSize)
      tr.insert(range.from, neighbour)
    }
    dispatch(tr.scrollIntoView())
    return true
  }
}

/** Puts a copy of the selected blocks behind them and the caret into it. */
export const duplicateBlocks: Command = (state, dispatch) => {
  const range = selectedBlocks(state)
  if (range === null) return false
  const { content } = state.doc.slice(range.from, range.to)
  dispatch?.(select(state.tr.insert(range.to, content), range.to).scrollIntoView())
  return true
}

/** Removes the selected blocks. */
export const deleteBlocks: Command = (state, dispatch) => {
  const range = selectedBlocks(state)
  if (range === null) return false
  dispatch?.(state.tr.deleteRange(range.from, range.to).scrollIntoView())
  return true
}

function select(tr: Transaction, at: number): Transaction {
  const node = tr.doc.nodeAt(at)
  return tr.setSelection(
    node?.isAtom ? NodeSelection.create(tr.doc, at) : Selection.near(tr.doc.resolve(at + 1)),
  )
}

/** A transaction that puts the caret into a block, or selects it if it has no text. */
export function selectBlock(state: EditorState, { from }: BlockRange): Transaction {
  const node = state.doc.nodeAt(from)
  if (node === null) return state.tr
  if (node.isAtom) return state.tr.setSelection(NodeSelection.create(state.doc, from))
  return state.tr.setSelection(TextSelection.near(state.doc.resolve(from + 1)))
}

/** Alt-Shift with the arrows moves blocks; Mod-Shift-D puts a copy below. */
export const MoveBlocks = Extension.create({
  name: 'moveBlocks',
  addKeyboardShortcuts() {
    const run = (command: Command) => () => command(this.editor.state, this.editor.view.dispatch)
    return {
      'Alt-Shift-ArrowUp': run(moveBlocks('up')),
      'Alt-Shift-ArrowDown': run(moveBlocks('down')),
      'Mod-Shift-d': run(duplicateBlocks),
    }
  },
})
