import * as Y from 'yjs'
import { DOCUMENT_FRAGMENT } from '../../../shared/document/fragment.ts'

const CODE_BLOCK = 'codeBlock'

/** Makes the page one code block holding `content`: the one place where any text stays as it was typed. */
export function createCodeBlock(document: Y.Doc, content: string): void {
  const block = new Y.XmlElement(CODE_BLOCK)
  block.insert(0, [new Y.XmlText(content)])
  document.getXmlFragment(DOCUMENT_FRAGMENT).insert(0, [block])
}

/** The text inside the page's code block, to edit; undefined while the page has none. */
export function findCodeBlockText(document: Y.Doc): Y.XmlText | undefined {
  const block = document.getXmlFragment(DOCUMENT_FRAGMENT).get(0)
  if (!(block instanceof Y.XmlElement) || block.nodeName !== CODE_BLOCK) return undefined
  const text = block.get(0)
  return text instanceof Y.XmlText ? text : undefined
}

/** Everything that stands on the page; more blocks than the one show up as further lines. */
export function readPageText(document: Y.Doc): string {
  const blocks = document.getXmlFragment(DOCUMENT_FRAGMENT).toArray()
  return blocks
    .map((block) => (block instanceof Y.XmlElement ? block.toArray().join('') : String(block)))
    .join('\n')
}

/** Whether anything at all stands on the page. */
export function isPageEmpty(document: Y.Doc): boolean {
  return document.getXmlFragment(DOCUMENT_FRAGMENT).length === 0
}
