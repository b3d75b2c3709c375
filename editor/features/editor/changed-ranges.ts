import type { Node } from '@tiptap/pm/model'
import * as Y from 'yjs'

/**
 * What a transaction of Yjs' has changed in a text, as ProseMirror's step maps have it: for each range where it began before,
 * how long it was, and how long it is. What stands between two changes is in none. Null if the two documents are not what the
 * transaction made one of the other.
 */
export function findChangedRanges(
  fragment: Y.XmlFragment,
  transaction: Y.Transaction,
  before: Node,
  after: Node,
): readonly number[] | null {
  const { beforeState, deleteSet } = transaction
  const changed: ReadonlyMap<unknown, unknown> = transaction.changed
  /** Of what there is a change inside. */
  const touched: ReadonlyMap<unknown, unknown> = transaction.changedParentTypes
  const ranges: number[] = []
  /** Where we are in the document before. */
  let at = 0
  let grown = 0

  const wasThere = ({ id, deleted }: Y.Item): boolean =>
    id.clock < (beforeState.get(id.client) ?? 0) && (!deleted || Y.isDeleted(deleteSet, id))

  function pass(sizeBefore: number, sizeAfter: number): void {
    if (sizeBefore === 0 && sizeAfter === 0) return
    const last = ranges.length - 3
    const [start = 0, long = 0, wide = 0] = last < 0 ? [] : ranges.slice(last)
    if (last >= 0 && start + long === at) ranges.splice(last, 3, start, long + sizeBefore, wide + sizeAfter)
    else ranges.push(at, sizeBefore, sizeAfter)
    at += sizeBefore
    grown += sizeAfter - sizeBefore
  }

  function sizeBefore(type: unknown): number {
    if (type instanceof Y.XmlElement && before.type.schema.nodes[type.nodeName]?.isLeaf) return 1
    let size = type instanceof Y.XmlElement ? 2 : 0
    for (const item of readItems(type as Y.XmlElement))
      if (wasThere(item) && item.countable)
        size += type instanceof Y.XmlElement ? sizeBefore(readType(item)) : item.length
    return size
  }

  function passText(text: Y.XmlText): void {
    for (const item of readItems(text)) {
      if (!item.countable) continue
      const [was, is] = [wasThere(item), !item.deleted]
      if (was && is) at += item.length
      else pass(was ? item.length : 0, is ? item.length : 0)
    }
  }

  /** Answers whether the node is what has become of the type. */
  function passChildren(type: Y.XmlFragment, node: Node): boolean {
    const children = readChildren(node)
    for (const item of readItems(type)) {
      const [was, is] = [wasThere(item), !item.deleted]
      if (!item.countable || (!was && !is)) continue
      const child = readType(item)
      if (child instanceof Y.XmlText) {
        const size = is ? child.length : 0
        if (!(was && is)) pass(was ? sizeBefore(child) : 0, size)
        else if (changed.has(child)) passText(child)
        else at += size
        children.skipText(size)
      } else if (child instanceof Y.XmlElement) {
        const made = is ? children.take() : null
        if (made?.type.name !== (is ? child.nodeName : undefined)) return false
        const size = made?.nodeSize ?? 0
        if (!(was && is)) pass(was ? sizeBefore(child) : 0, size)
        else if (!made || made.isLeaf || !touched.has(child)) at += size
        else {
          at++
          if (!passChildren(child, made)) return false
          at++
        }
      } else return false
    }
    return children.isOver()
  }

  const isSure = passChildren(fragment, after) && before.content.size + grown === after.content.size
  return isSure ? ranges : null
}

function readType(item: Y.Item): unknown {
  return item.content instanceof Y.ContentType ? item.content.type : null
}

function* readItems(type: Y.XmlFragment | Y.XmlText): Generator<Y.Item> {
  for (let item = type._start; item !== null; item = item.right) yield item
}

/** Goes through a node's children; ProseMirror makes one of texts that look the same, Yjs may have several. */
function readChildren(node: Node) {
  let index = 0
  /** How many letters of the text we are in are behind us. */
  let passed = 0
  return {
    skipText(size: number): void {
      passed += size
      for (
        let child = node.maybeChild(index);
        child?.isText && passed >= child.nodeSize;
        child = node.maybeChild(index)
      ) {
        passed -= child.nodeSize
        index++
      }
    },
    /** The next child; null in the midst of a text. */
    take: (): Node | null => (passed === 0 ? node.maybeChild(index++) : null),
    isOver: (): boolean => passed === 0 && index === node.childCount,
  }
}
