import { Extension } from '@tiptap/core'
import type { Node, ResolvedPos } from '@tiptap/pm/model'
import {
  type Command,
  type EditorState,
  NodeSelection,
  Selection,
  TextSelection,
  type Transaction,
} from '@tiptap/pm/state'

/** What moves as one: items inside their list, everything else as a block of the page or of what is around it; not cells. */
export const ITEMS: ReadonlySet<string> = new Set(['listItem', 'taskItem'])
const HOLDERS = new Set(['doc', 'blockquote', 'callout', 'detailsContent'])

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

/** The quote, the callout or the details that a block is in, if they move as one; null if there are none. */
function findHolder(doc: Node, { from }: BlockRange): BlockRange | null {
  const $from = doc.resolve(from)
  return HOLDERS.has($from.parent.type.name) ? findBlock($from) : null
}

/** The block that a handle in the line of `block` is for: a quote or a callout, if it begins with that. */
export function findFirstHolder(doc: Node, block: BlockRange): BlockRange {
  const $from = doc.resolve(block.from)
  const isFirst = $from.index() === 0 && ['blockquote', 'callout'].includes($from.parent.type.name)
  const holder = isFirst ? findHolder(doc, block) : null
  return holder === null ? block : findFirstHolder(doc, holder)
}

/**
 * Moves blocks, or else those that are selected, before the one above them, or behind the one below. The first and the last
 * in a quote, a callout or details take it along.
 */
export function moveBlocks(direction: 'up' | 'down', given?: BlockRange): Command {
  return (state, dispatch) => {
    const { tr, doc } = state
    const findNeighbour = ({ from, to }: BlockRange) =>
      direction === 'up' ? doc.resolve(from).nodeBefore : doc.resolve(to).nodeAfter
    let range = given ?? selectedBlocks(state)
    while (range !== null && findNeighbour(range) === null) range = findHolder(doc, range)
    const neighbour = range && findNeighbour(range)
    if (range === null || neighbour === null) return false
    if (dispatch === undefined) return true
    // The neighbour is what moves: so the caret, and what others write in the block, stay in it.
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

/** Puts a copy of blocks, or else of the selected ones, behind them and the caret into it. */
export function duplicateBlocks(given?: BlockRange): Command {
  return (state, dispatch) => {
    const range = given ?? selectedBlocks(state)
    if (range === null) return false
    const { content } = state.doc.slice(range.from, range.to)
    dispatch?.(select(state.tr.insert(range.to, content), range.to).scrollIntoView())
    return true
  }
}

/** Removes a block. */
export function deleteBlock({ from, to }: BlockRange): Command {
  return (state, dispatch) => {
    dispatch?.(state.tr.deleteRange(from, to).scrollIntoView())
    return true
  }
}

/** Puts an empty line behind a block, an item behind an item, and the caret into it; false if there is no place for one. */
export function insertBelow({ from, to }: BlockRange): Command {
  return ({ doc, schema, tr }, dispatch) => {
    const block = doc.nodeAt(from)
    const isItem = block !== null && ITEMS.has(block.type.name)
    const line = isItem ? block.type.createAndFill() : schema.nodes['paragraph']?.create()
    const $end = doc.resolve(to)
    if (!line || !$end.parent.canReplaceWith($end.index(), $end.index(), line.type)) return false
    dispatch?.(select(tr.insert(to, line), to).scrollIntoView())
    return true
  }
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
      'Mod-Shift-d': run(duplicateBlocks()),
    }
  },
})
