import * as Y from 'yjs'
import { readPlainText } from '../marks.ts'

// Finding one's way in a document of the editor's schema. A text block is an element that holds text: a
// paragraph, a heading or a code block, at the top or in a list.

const TEXT_BLOCKS = new Set(['paragraph', 'heading', 'codeBlock'])

/** All text blocks under a parent, in the order of the page. */
export function findTextBlocks(parent: Y.XmlFragment): Y.XmlElement[] {
  return parent.toArray().flatMap((node) => {
    if (!(node instanceof Y.XmlElement)) return []
    return TEXT_BLOCKS.has(node.nodeName) ? [node] : findTextBlocks(node)
  })
}

/** The paragraphs that stand at the top of the page, not in a list. */
export function findTopParagraphs(fragment: Y.XmlFragment): Y.XmlElement[] {
  return fragment
    .toArray()
    .filter((node): node is Y.XmlElement => node instanceof Y.XmlElement && node.nodeName === 'paragraph')
}

/** The text in a block; one is put in when it is empty. Merged edits can leave several: then the first. */
export function textOf(block: Y.XmlElement): Y.XmlText {
  const first = block.toArray().find((node): node is Y.XmlText => node instanceof Y.XmlText)
  if (first !== undefined) return first
  const text = new Y.XmlText()
  block.insert(0, [text])
  return text
}

/** The places in a text where a word may begin: its start, and behind every space. */
export function findBoundaries(text: Y.XmlText): number[] {
  const plain = readPlainText(text)
  const boundaries = [0]
  for (let at = plain.indexOf(' '); at >= 0; at = plain.indexOf(' ', at + 1)) boundaries.push(at + 1)
  return boundaries
}

/** Where an element stands in its parent; -1 when it is gone. */
export function placeOf(parent: Y.XmlFragment, element: Y.XmlElement): number {
  return parent.toArray().indexOf(element)
}

/** A paragraph with this text, not yet in any document. */
export function createParagraph(text: string): Y.XmlElement {
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.insert(0, [new Y.XmlText(text)])
  return paragraph
}

/** A block of another kind with a copy of everything in it, as the editor makes one. */
export function copyAs(block: Y.XmlElement, nodeName: string): Y.XmlElement {
  const copy = new Y.XmlElement(nodeName)
  copy.insert(
    0,
    block.toArray().map((node) => (node as Y.XmlText | Y.XmlElement).clone() as Y.XmlText | Y.XmlElement),
  )
  return copy
}
