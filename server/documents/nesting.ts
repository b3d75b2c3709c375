import * as Y from 'yjs'

// Yjs, ProseMirror and whatever else walks a document call themselves for what is in an element: thousands
// inside one another overflow the stack, and the page could not be opened any more. So nothing may be put
// deeper than a bound. How deep something is never changes, for nothing in Yjs moves: an element is one deeper
// than what it is put into, and that is in the document already, in an update that is under way, or in the
// same update. Where it is in none of them, its depth is not known and it is not taken.

/** How many elements may be inside one another on a page: lists nested ten deep need forty. */
export const MAX_DEPTH = 100
/** How many elements under way are remembered of a page before those are forgotten that have arrived in it. */
const SWEEP_AT = 1_000
/** How many are remembered at most: what is put into others has to wait until they have arrived. */
export const MAX_UNDER_WAY = 10_000

/** What can be said of where an update puts its elements. `unplaced`: into something that the page does not have yet. */
export type Placement = 'fits' | 'too-deep' | 'unplaced'

/** Judges updates to one page, in the order in which they come in. Those that bring no elements need not be shown. */
export interface Nesting {
  /** Where an update puts its elements; one that fits counts as under way from then on. */
  judge(update: Uint8Array): Placement
}

/** One for each document, made when it is first asked for and gone with the document. */
export function createNestings(): (doc: Y.Doc) => Nesting {
  const nestings = new WeakMap<Y.Doc, Nesting>()
  return (doc) => {
    const nesting = nestings.get(doc) ?? createNesting(doc)
    nestings.set(doc, nesting)
    return nesting
  }
}

/** `doc` is kept up to date by somebody else: what fits gets into it later, or never. */
export function createNesting(doc: Y.Doc): Nesting {
  return new PageNesting(doc)
}

/** A class, since there is one for each open page: what it can do is held once. */
class PageNesting implements Nesting {
  readonly #doc: Y.Doc
  /** How many elements are around each one that is under way. Of one that is written twice, whatever counts will be less. */
  readonly #underWay = new Map<string, number>()
  #sweepAt = SWEEP_AT

  constructor(doc: Y.Doc) {
    this.#doc = doc
  }

  judge(update: Uint8Array): Placement {
    const elements = placeElements(update, (id) => this.#findDepth(id))
    const unplaced: Y.Item[] = []
    for (const [element, depth] of elements) {
      if (depth === undefined) unplaced.push(element)
      else if (depth >= MAX_DEPTH) return 'too-deep'
    }
    if (unplaced.length > 0 && !isHeldBack(this.#doc, unplaced)) return 'unplaced'
    const underWay = this.#underWay
    for (const [{ id }, depth] of elements) {
      if (depth !== undefined) underWay.set(keyOf(id), Math.max(underWay.get(keyOf(id)) ?? 0, depth))
    }
    if (underWay.size >= this.#sweepAt) this.#sweep()
    return 'fits'
  }

  #findDepth(id: Y.ID): number | undefined {
    return findInDocument(this.#doc, id) ?? this.#underWay.get(keyOf(id))
  }

  #sweep(): void {
    for (const key of this.#underWay.keys()) {
      const [client, clock] = key.split(' ').map(Number) as [number, number]
      if (Y.getState(this.#doc.store, client) > clock) this.#underWay.delete(key)
    }
    if (this.#underWay.size > MAX_UNDER_WAY) this.#underWay.clear()
    this.#sweepAt = Math.max(SWEEP_AT, this.#underWay.size * 2)
  }
}

type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number]

/** The elements that an update brings, and how many each has around it; undefined where that cannot be known. */
function placeElements(
  update: Uint8Array,
  findElsewhere: (id: Y.ID) => number | undefined,
): Map<Y.Item, number | undefined> {
  const { structs } = Y.decodeUpdate(update)
  const byClient = groupByClient(structs)
  const depths = new Map<Y.Item, number | undefined>()

  /** Goes from an item to what its place depends on until the depth of one is known, and then back. */
  function place(from: Y.Item): number | undefined {
    const path: { readonly item: Y.Item; readonly deeper: number }[] = []
    const finish = (depth: number | undefined) => {
      let inside = depth
      for (const { item, deeper } of path.reverse()) {
        inside = inside === undefined ? undefined : inside + deeper
        depths.set(item, inside)
      }
      return inside
    }
    for (let item = from; ; ) {
      if (depths.has(item)) return finish(depths.get(item))
      // Until it is known: references may go in a circle, and then nothing of it ever gets into a document.
      depths.set(item, undefined)
      const { parent, origin, rightOrigin } = item
      const reference = parent instanceof Y.ID ? parent : parent === null ? (origin ?? rightOrigin) : null
      path.push({ item, deeper: parent instanceof Y.ID ? 1 : 0 })
      if (reference === null) return finish(0)
      const found = findElsewhere(reference)
      if (found !== undefined) return finish(found)
      const next = findStruct(byClient.get(reference.client), reference.clock)
      if (next === undefined || next instanceof Y.Skip) return finish(undefined)
      // What is put into something deleted is deleted as well.
      if (!(next instanceof Y.Item)) return finish(0)
      item = next
    }
  }

  const elements = new Map<Y.Item, number | undefined>()
  for (const struct of structs)
    if (bringsElement(struct)) elements.set(struct as Y.Item, place(struct as Y.Item))
  return elements
}

/** Whether a part of an update is an element (or another of Yjs's types), into which something can be put. */
export function bringsElement(struct: Struct): boolean {
  return struct instanceof Y.Item && struct.content instanceof Y.ContentType
}

/** How many elements are around an item of a document; undefined if it is not there. */
function findInDocument(doc: Y.Doc, id: Y.ID): number | undefined {
  if (Y.getState(doc.store, id.client) <= id.clock) return undefined
  const found = Y.getItem(doc.store, id) as Y.Item | Y.GC
  let depth = 0
  for (let item = found instanceof Y.Item ? found : null; item !== null; depth++) {
    item = (item.parent as Y.AbstractType<unknown> | null)?._item ?? null
  }
  return Math.max(0, depth - 1)
}

/**
 * Whether all of these are in the document already, which holds them back until what they build on is there:
 * it gives them to everybody who opens the page, and they give them back.
 */
function isHeldBack({ store }: Y.Doc, items: readonly Y.Item[]): boolean {
  if (store.pendingStructs === null) return false
  const held = groupByClient(Y.decodeUpdateV2(store.pendingStructs.update).structs)
  return items.every(({ id }) => findStruct(held.get(id.client), id.clock) instanceof Y.Item)
}

function groupByClient(structs: readonly Struct[]): Map<number, Struct[]> {
  const groups = new Map<number, Struct[]>()
  for (const struct of structs) {
    const group = groups.get(struct.id.client)
    if (group === undefined) groups.set(struct.id.client, [struct])
    else group.push(struct)
  }
  return groups
}

/** The part of one client's, in the order of their clocks, in which a clock lies. */
function findStruct(structs: readonly Struct[] = [], clock: number): Struct | undefined {
  let low = 0
  let high = structs.length
  while (low < high) {
    const middle = (low + high) >> 1
    const struct = structs[middle] as Struct
    if (struct.id.clock + struct.length <= clock) low = middle + 1
    else high = middle
  }
  const found = structs[low]
  return found !== undefined && found.id.clock <= clock ? found : undefined
}

const keyOf = ({ client, clock }: Y.ID) => `${client} ${clock}`
