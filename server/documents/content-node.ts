import type { JSONContent } from '@tiptap/core'
import { Fragment, type Mark, type Node } from '@tiptap/pm/model'
import { isCalloutKind } from '../../shared/document/callout.ts'
import { isDocumentColor } from '../../shared/document/colors.ts'
import { ContentError } from '../../shared/document/content-error.ts'
import { isImageAlignment, isImageSide } from '../../shared/document/image.ts'
import { isFileId, isImageAddress } from '../../shared/document/image-address.ts'
import { isMentionKind } from '../../shared/document/mention.ts'
import { isColumnWidths, isSpan } from '../../shared/document/table.ts'
import { isAlignment } from '../../shared/document/text-align.ts'
import { schema } from './content.ts'

/** How deep nodes may be nested: nobody writes deeper, and what walks a document is recursive. */
export const MAX_DEPTH = 100
/** How many nodes can be written at once: some five hundred printed pages, a second's work. */
const MAX_NODES = 50_000
/** How often marks may change in a text block: Yjs walks over those before for each. */
const MAX_PIECES = 5_000

/**
 * TipTap JSON as a node of the document schema. Two things are not asked of it: that its children are in
 * an order that the schema allows, which two authors together can break, and that it is not empty.
 * @throws ContentError `unknown-content` for a type or attribute that would be lost, `invalid-content`
 */
export function toNode(json: unknown, depth = 0): Node {
  if (!isRecord(json) || typeof json['type'] !== 'string') throw invalid('a node is an object with a type')
  if (depth > MAX_DEPTH) throw invalid(`nodes are nested deeper than ${MAX_DEPTH}`)
  const { type: name, attrs, content, marks, text } = json as JSONContent & { type: string }
  const type = Object.hasOwn(schema.nodes, name) ? schema.nodes[name] : undefined
  if (type === undefined) throw unknown(`the node "${name}"`)
  const own = toMarks(marks)
  if (type.isText) {
    if (typeof text !== 'string' || text === '') throw invalid('a text node has a text that is not empty')
    return schema.text(text, own)
  }
  if (content !== undefined && !Array.isArray(content)) throw invalid('content is an array of nodes')
  const children = (content ?? []).map((child) => toNode(child, depth + 1))
  return type.create(toAttrs(name, type.spec.attrs, attrs), Fragment.fromArray(children), own)
}

/**
 * The same for what is to be written: it must be a whole document in every respect.
 * @throws ContentError
 */
export function toDocumentNode(json: unknown): Node {
  const node = toNode(json)
  if (node.type !== schema.topNodeType) throw invalid('the outermost node is "doc"')
  if (node.childCount === 0) return schema.topNodeType.createAndFill() as Node
  try {
    node.check()
  } catch (cause) {
    throw new ContentError('invalid-content', `This is not a document: ${(cause as Error).message}.`, {
      cause,
    })
  }
  let nodes = 0
  node.descendants((child) => {
    if (++nodes > MAX_NODES) throw invalid(`it has more than ${MAX_NODES} nodes`)
    if (child.isTextblock && child.childCount > MAX_PIECES)
      throw invalid(`a text block has more than ${MAX_PIECES} pieces`)
    child.marks.forEach(requireSafeLink)
    if (child.type.name === 'image' && (child.attrs['fileId'] === null) === (child.attrs['src'] === null))
      throw invalid('an image has either a fileId or a src')
  })
  return node
}

function toMarks(marks: unknown): Mark[] {
  if (marks === undefined) return []
  if (!Array.isArray(marks)) throw invalid('marks are an array')
  return marks.map((mark: unknown) => {
    if (!isRecord(mark) || typeof mark['type'] !== 'string') throw invalid('a mark is an object with a type')
    const name = mark['type']
    const type = Object.hasOwn(schema.marks, name) ? schema.marks[name] : undefined
    if (type === undefined) throw unknown(`the mark "${name}"`)
    return type.create(toAttrs(name, type.spec.attrs, mark['attrs']))
  })
}

function toAttrs(name: string, known: object | undefined, attrs: unknown): Record<string, unknown> | null {
  if (attrs === undefined || attrs === null || attrs === true) return null
  if (!isRecord(attrs)) throw invalid(`the attributes of "${name}" are an object`)
  for (const [key, value] of Object.entries(attrs)) {
    if (!Object.hasOwn(known ?? {}, key)) throw unknown(`the attribute "${key}" of "${name}"`)
    if (value === null) continue
    const fits = ATTRIBUTES[`${name}.${key}`] ?? ((other: unknown) => typeof other === 'string')
    if (!fits(value)) throw invalid(`"${String(value)}" is not a possible ${key} of "${name}"`)
  }
  return attrs
}

/** What attributes may be; those that are not named here are strings. */
const ATTRIBUTES: Record<string, (value: unknown) => boolean> = {
  'heading.level': (value) => [1, 2, 3, 4, 5, 6].includes(value as number),
  'orderedList.start': (value) => Number.isSafeInteger(value),
  'taskItem.checked': (value) => typeof value === 'boolean',
  'paragraph.textAlign': isAlignment,
  'heading.textAlign': isAlignment,
  'callout.kind': isCalloutKind,
  'mention.kind': isMentionKind,
  'highlight.color': isDocumentColor,
  'textColor.color': isDocumentColor,
  'image.fileId': isFileId,
  'image.src': isImageAddress,
  'image.width': isImageSide,
  'image.height': isImageSide,
  'image.align': isImageAlignment,
  ...Object.fromEntries(
    ['tableCell', 'tableHeader'].flatMap((cell) => [
      [`${cell}.colspan`, isSpan],
      [`${cell}.rowspan`, isSpan],
      [`${cell}.colwidth`, isColumnWidths],
    ]),
  ),
}

/** Leads nowhere but to the web, to a mailbox or into the page, and is what the schema shows as a link. */
function requireSafeLink(mark: Mark): void {
  const href: unknown = mark.attrs['href']
  if (mark.type.name !== 'link' || href === null || href === '') return
  const scheme = /^[a-z][a-z0-9+.-]*(?=:)/i.exec(String(href).trim())?.[0].toLowerCase()
  if (scheme !== undefined && !LINK_SCHEMES.has(scheme)) throw invalid(`a link leads to "${scheme}:"`)
  const shown = mark.type.spec.toDOM?.(mark, true) as readonly [string, Record<string, unknown>] | undefined
  if (shown?.[1]['href'] !== href) throw invalid('a link leads to an address that is not allowed')
}

const LINK_SCHEMES = new Set(['http', 'https', 'mailto'])

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

const invalid = (why: string) => new ContentError('invalid-content', `This is not a document: ${why}.`)
const unknown = (what: string) =>
  new ContentError('unknown-content', `The document schema does not know ${what}; it would be lost.`)
