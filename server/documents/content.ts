import { getSchema, type JSONContent } from '@tiptap/core'
import { prosemirrorJSONToYDoc, yDocToProsemirrorJSON } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { createDocumentExtensions, DOCUMENT_FRAGMENT } from '../../shared/document/extensions.ts'

export const schema = getSchema(createDocumentExtensions())

/** A page's text as TipTap JSON. What the schema does not know is passed on as it is. */
export function toJson(doc: Y.Doc): JSONContent {
  return yDocToProsemirrorJSON(doc, DOCUMENT_FRAGMENT)
}

/**
 * A page's text as plain text: one line for each paragraph, heading or item, code blocks as they are,
 * hard breaks as line breaks.
 */
export function toText(doc: Y.Doc): string {
  const blocks: string[] = []
  collectBlocks(toJson(doc), blocks)
  return blocks.join('\n')
}

function collectBlocks(node: JSONContent, blocks: string[]): void {
  const children = node.content ?? []
  if (isTextblock(node)) blocks.push(children.map(toInlineText).join(''))
  else for (const child of children) collectBlocks(child, blocks)
}

function isTextblock(node: JSONContent): boolean {
  const known = schema.nodes[node.type ?? '']
  return known?.isTextblock ?? (node.content ?? []).some((child) => child.type === 'text')
}

function toInlineText(node: JSONContent): string {
  if (node.type === 'hardBreak') return '\n'
  return node.text ?? (node.content ?? []).map(toInlineText).join('')
}

/** TipTap JSON as the Yjs update that makes an empty page hold it. */
export function toUpdate(content: JSONContent): Uint8Array {
  const doc = prosemirrorJSONToYDoc(schema, content, DOCUMENT_FRAGMENT)
  try {
    return Y.encodeStateAsUpdate(doc)
  } finally {
    doc.destroy()
  }
}
