import * as Y from 'yjs'
import type { Client } from '../clients/client.ts'
import type { OpenPage } from '../clients/open-page.ts'
import { toMark } from '../marks.ts'
import type { Random } from '../random.ts'
import { createParagraph, findBoundaries, findTextBlocks, textOf } from './text-blocks.ts'

/** Where somebody types, and which burst it is. */
interface Caret {
  readonly position: Y.RelativePosition
  readonly run: number
}

/** Of every open page; it goes with the page. */
const carets = new WeakMap<OpenPage, Caret>()

interface Typing {
  readonly client: Client
  readonly page: OpenPage
  readonly random: Random
  readonly focus: number
}

/** Types one mark, at a new place or behind the last one. */
export function type({ client, page, random, focus }: Typing, where: 'somewhere' | 'at the caret'): void {
  const mark = toMark(client.number, client.takeMarkNumber())
  const caret = where === 'at the caret' ? carets.get(page) : undefined
  const place = caret === undefined ? null : resolve(page, caret.position)
  if (caret !== undefined && place !== null) {
    insert(page, caret.run, place.text, place.index, mark)
    return
  }
  const run = client.takeRunNumber()
  const block = chooseBlock(page, random, focus)
  if (block === undefined) {
    page.edit('type', run, () => {
      page.fragment.push([createParagraph(mark)])
      const text = textOf(page.fragment.get(page.fragment.length - 1) as Y.XmlElement)
      remember(page, run, text, mark.length)
    })
    return
  }
  page.edit('type', run, () => {
    const text = textOf(block)
    const boundaries = findBoundaries(text)
    // People mostly go on at the end of what is there.
    const index = random.chance(0.6) ? (boundaries.at(-1) ?? 0) : random.pick(boundaries)
    text.insert(index, mark)
    remember(page, run, text, index + mark.length)
  })
}

/** Shows the caret at another place, as the editor does it through the awareness. */
export function moveCaret({ page, random, focus }: Typing): void {
  const block = chooseBlock(page, random, focus)
  const text = block?.toArray().find((node): node is Y.XmlText => node instanceof Y.XmlText)
  if (text === undefined) return
  const index = random.pick(findBoundaries(text))
  const position = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, index))
  page.awareness?.setLocalState({
    ...page.awareness.getLocalState(),
    cursor: { anchor: position, head: position },
  })
}

function insert(page: OpenPage, run: number, text: Y.XmlText, index: number, mark: string): void {
  page.edit('type', run, () => {
    text.insert(index, mark)
    remember(page, run, text, index + mark.length)
  })
}

function remember(page: OpenPage, run: number, text: Y.XmlText, index: number): void {
  // It holds on to what stands before it: the last letter of the mark.
  carets.set(page, { run, position: Y.createRelativePositionFromTypeIndex(text, index, -1) })
}

/** Null when the text is not on the page any more. */
function resolve(page: OpenPage, position: Y.RelativePosition): { text: Y.XmlText; index: number } | null {
  const place = Y.createAbsolutePositionFromRelativePosition(position, page.doc)
  if (place === null || !(place.type instanceof Y.XmlText)) return null
  for (let item = place.type._item; item !== null; item = (item.parent as Y.XmlElement)._item) {
    if (item.deleted) return null
  }
  return { text: place.type, index: place.index }
}

function chooseBlock(page: OpenPage, random: Random, focus: number): Y.XmlElement | undefined {
  const blocks = findTextBlocks(page.fragment)
  if (blocks.length === 0) return undefined
  return random.chance(focus) ? blocks[0] : random.pick(blocks)
}
