import * as Y from 'yjs'
import type { Client } from '../clients/client.ts'
import type { OpenPage } from '../clients/open-page.ts'
import { toMark } from '../marks.ts'
import type { Random } from '../random.ts'
import {
  copyAs,
  createParagraph,
  findBoundaries,
  findTextBlocks,
  findTopParagraphs,
  placeOf,
  textOf,
} from './text-blocks.ts'

// What people do to a page besides typing, each made of the Yjs operations that the editor makes of it. All of
// them keep marks whole, and do nothing where there is nothing to do it to.

const FORMATS = ['bold', 'italic', 'strike', 'code'] as const
/** A paste: how many paragraphs and marks, and how often it is a large one. */
const PASTE = { maxParagraphs: 4, maxMarks: 12, largeChance: 0.1, largeParagraphs: 20, largeMarks: 60 }
/** Pages stay readable: nobody pastes into one that is longer than this, in blocks. */
const MAX_BLOCKS = 400
/** Where people keep their pages tidy, they keep them to this, in blocks. */
const TIDY_BLOCKS = 40

/** Deletes one to three words in a row. */
export function deleteWords(fragment: Y.XmlFragment, random: Random): void {
  const range = chooseWords(fragment, random, 3)
  if (range !== null) range.text.delete(range.start, range.end - range.start)
}

/** Deletes up to five blocks of a page that is longer than people like. */
export function tidyUp(fragment: Y.XmlFragment, random: Random): void {
  const from = random.next()
  const most = random.integer(1, 5)
  const excess = Math.min(fragment.length - TIDY_BLOCKS, most)
  if (excess > 0) fragment.delete(Math.floor(from * (fragment.length - excess)), excess)
}

/** Formats some words in a row, or takes the format away. */
export function formatWords(fragment: Y.XmlFragment, random: Random): void {
  const range = chooseWords(fragment, random, 8)
  if (range === null) return
  const format = random.pick(FORMATS)
  range.text.format(range.start, range.end - range.start, { [format]: random.chance(0.3) ? null : {} })
}

/** Enter: what stands behind the caret goes into a paragraph of its own. */
export function splitParagraph(fragment: Y.XmlFragment, random: Random): void {
  const paragraphs = findTopParagraphs(fragment)
  if (paragraphs.length === 0) return
  const paragraph = random.pick(paragraphs)
  const text = textOf(paragraph)
  const index = random.pick(findBoundaries(text))
  const tail = cutDelta(text.toDelta() as Piece[], index)
  const copy = new Y.XmlElement('paragraph')
  const copyText = new Y.XmlText()
  copy.insert(0, [copyText])
  fragment.insert(placeOf(fragment, paragraph) + 1, [copy])
  if (tail.length > 0) copyText.applyDelta(tail)
  if (text.length > index) text.delete(index, text.length - index)
}

/** Backspace at the start of a paragraph: its text goes to the end of the one before. */
export function joinParagraphs(fragment: Y.XmlFragment, random: Random): void {
  const nodes = fragment.toArray()
  const candidates = findTopParagraphs(fragment).filter((paragraph) => {
    const before = nodes[placeOf(fragment, paragraph) - 1]
    return before instanceof Y.XmlElement && before.nodeName === 'paragraph'
  })
  if (candidates.length === 0) return
  const paragraph = random.pick(candidates)
  const place = placeOf(fragment, paragraph)
  const before = textOf(fragment.get(place - 1) as Y.XmlElement)
  const pieces = textOf(paragraph).toDelta() as Piece[]
  fragment.delete(place, 1)
  before.applyDelta([...(before.length > 0 ? [{ retain: before.length }] : []), ...pieces])
}

/** A paragraph becomes a heading, or a heading a paragraph. */
export function toggleHeading(fragment: Y.XmlFragment, random: Random): void {
  const blocks = fragment
    .toArray()
    .filter(
      (node): node is Y.XmlElement =>
        node instanceof Y.XmlElement && (node.nodeName === 'paragraph' || node.nodeName === 'heading'),
    )
  if (blocks.length === 0) return
  const block = random.pick(blocks)
  const isHeading = block.nodeName === 'heading'
  const copy = copyAs(block, isHeading ? 'paragraph' : 'heading')
  if (!isHeading) setAttribute(copy, 'level', random.integer(1, 3))
  replaceBlock(fragment, block, [copy])
}

/** A paragraph becomes a list with one item; a list becomes the paragraphs in it. */
export function wrapInList(fragment: Y.XmlFragment, random: Random): void {
  const blocks = fragment
    .toArray()
    .filter((node): node is Y.XmlElement => node instanceof Y.XmlElement && node.nodeName !== 'heading')
  if (blocks.length === 0) return
  const block = random.pick(blocks)
  if (block.nodeName !== 'paragraph') {
    const paragraphs = findTextBlocks(block).map((inner) => copyAs(inner, 'paragraph'))
    replaceBlock(fragment, block, paragraphs)
    return
  }
  const kind = random.pick(['bulletList', 'orderedList', 'taskList'] as const)
  const list = new Y.XmlElement(kind)
  const item = new Y.XmlElement(kind === 'taskList' ? 'taskItem' : 'listItem')
  if (kind === 'taskList') setAttribute(item, 'checked', random.chance(0.5))
  item.insert(0, [copyAs(block, 'paragraph')])
  list.insert(0, [item])
  replaceBlock(fragment, block, [list])
}

/** A block at the top of the page goes to another place. */
export function moveBlock(fragment: Y.XmlFragment, random: Random): void {
  const from = random.next()
  const to = random.next()
  if (fragment.length < 2) return
  const block = fragment.get(Math.floor(from * fragment.length))
  if (!(block instanceof Y.XmlElement)) return
  const copy = block.clone() as Y.XmlElement
  fragment.delete(placeOf(fragment, block), 1)
  fragment.insert(Math.floor(to * (fragment.length + 1)), [copy])
}

/** Pastes paragraphs full of marks. */
export function paste({
  client,
  page: { fragment },
  random,
}: {
  readonly client: Client
  readonly page: OpenPage
  readonly random: Random
}): void {
  if (fragment.length > MAX_BLOCKS) return
  const isLarge = random.chance(PASTE.largeChance)
  const paragraphs = random.integer(1, isLarge ? PASTE.largeParagraphs : PASTE.maxParagraphs)
  const marks = random.integer(1, isLarge ? PASTE.largeMarks : PASTE.maxMarks)
  const blocks = Array.from({ length: paragraphs }, () =>
    createParagraph(
      Array.from({ length: marks }, () => toMark(client.number, client.takeMarkNumber())).join(''),
    ),
  )
  fragment.insert(Math.floor(random.next() * (fragment.length + 1)), blocks)
}

type Piece = { insert: string | object; attributes?: Record<string, unknown> }

function cutDelta(pieces: readonly Piece[], index: number): Piece[] {
  let rest = index
  return pieces.flatMap((piece) => {
    const length = typeof piece.insert === 'string' ? piece.insert.length : 1
    const skipped = Math.min(rest, length)
    rest -= skipped
    if (skipped === length) return []
    return [typeof piece.insert === 'string' ? { ...piece, insert: piece.insert.slice(skipped) } : piece]
  })
}

function replaceBlock(fragment: Y.XmlFragment, block: Y.XmlElement, others: Y.XmlElement[]): void {
  const place = placeOf(fragment, block)
  fragment.delete(place, 1)
  fragment.insert(place, others)
}

/** Some words in a row, in a block that has any; null on a page without words. */
function chooseWords(fragment: Y.XmlFragment, random: Random, most: number) {
  const texts = findTextBlocks(fragment)
    .flatMap((block) => block.toArray().filter((node): node is Y.XmlText => node instanceof Y.XmlText))
    .filter((text) => text.length > 0)
  if (texts.length === 0) return null
  const text = random.pick(texts)
  const boundaries = findBoundaries(text)
  if (boundaries.length < 2) return null
  const first = random.integer(0, boundaries.length - 2)
  const last = Math.min(first + random.integer(1, most), boundaries.length - 1)
  return { text, start: boundaries[first] ?? 0, end: boundaries[last] ?? 0 }
}

/** TipTap keeps numbers and booleans as they are; Yjs's own types know strings only. */
function setAttribute(element: Y.XmlElement, name: string, value: unknown): void {
  ;(element as unknown as { setAttribute(name: string, value: unknown): void }).setAttribute(name, value)
}
