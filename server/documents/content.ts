import { getSchema, type JSONContent } from '@tiptap/core'
import { prosemirrorJSONToYDoc } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { describeMention, MENTION_NODE } from '../../shared/document/describe-mention.ts'
import { createDocumentExtensions } from '../../shared/document/extensions.ts'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'

export const schema = getSchema(createDocumentExtensions())

/** A page's text as TipTap JSON. Nodes and marks that the schema does not know are passed on as they are. */
export function toJson(doc: Y.Doc): JSONContent {
  return { type: 'doc', content: doc.getXmlFragment(DOCUMENT_FRAGMENT).toArray().flatMap(toNodes) }
}

/** Marks of one type that overlap are told apart by a hash behind their name (y-tiptap). */
const MARK_HASH = /--[a-zA-Z0-9+/=]{8}$/

/** A shared type as nodes. What is neither element nor text is no content, whoever put it there: left out. */
function toNodes(shared: unknown): JSONContent[] {
  if (shared instanceof Y.XmlText) return (shared.toDelta() as TextRun[]).flatMap(toTextNode)
  if (!(shared instanceof Y.XmlElement)) return []
  const attrs = shared.getAttributes()
  const content = shared.toArray().flatMap(toNodes)
  return [
    {
      type: shared.nodeName,
      ...(Object.keys(attrs).length === 0 ? {} : { attrs }),
      ...(content.length === 0 ? {} : { content }),
    },
  ]
}

interface TextRun {
  readonly insert: unknown
  readonly attributes?: Readonly<Record<string, unknown>>
}

function toTextNode({ insert, attributes = {} }: TextRun): JSONContent[] {
  if (typeof insert !== 'string') return []
  const marks = Object.entries(attributes).map(([name, attrs]) => ({
    type: name.replace(MARK_HASH, ''),
    ...(isFilled(attrs) ? { attrs } : {}),
  }))
  return [{ type: 'text', text: insert, ...(marks.length === 0 ? {} : { marks }) }]
}

function isFilled(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && Object.keys(value).length > 0
}

/**
 * A page's text as plain text: one line for each paragraph, heading or item, code blocks as they are,
 * hard breaks as line breaks, mentions by their names.
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
  if (node.type === MENTION_NODE) return describeMention(node.attrs)
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
