import { Extension, type Extensions, Mark, Node } from '@tiptap/core'
import type { Schema } from '@tiptap/pm/model'
import { initProseMirrorDoc } from '@tiptap/y-tiptap'
import * as Y from 'yjs'

/*
 * What a page holds and this editor's schema does not know: written by a newer editor or by a program.
 * y-tiptap removes from the page what it cannot make a node of, so the schema of this one page learns it
 * before it is shown: names, attributes and what is inside are kept, and shown as a box.
 */

/** Names that the schema lacks, with the attributes that they come with. */
export interface UnknownContent {
  readonly nodes: ReadonlyMap<string, UnknownNode>
  readonly marks: ReadonlyMap<string, UnknownMark>
  /** Attributes that known nodes and marks have besides their own, by the name of these. */
  readonly attributes: ReadonlyMap<string, ReadonlySet<string>>
}

interface UnknownNode {
  readonly isInline: boolean
  readonly holdsInline: boolean
  readonly attributes: ReadonlySet<string>
}

interface UnknownMark {
  /** Whether several of them can be on one text, told apart by a hash behind the name. */
  readonly isOverlapping: boolean
  readonly attributes: ReadonlySet<string>
}

/** As y-tiptap writes marks that overlap. */
const MARK_HASH = /--[a-zA-Z0-9+/=]{8}$/

/** Everything unknown on a page; null if there is nothing. */
export function findUnknown(fragment: Y.XmlFragment, schema: Schema): UnknownContent | null {
  const nodes = new Map<string, { isInline: boolean; holdsInline: boolean; attributes: Set<string> }>()
  const marks = new Map<string, { isOverlapping: boolean; attributes: Set<string> }>()
  const attributes = new Map<string, Set<string>>()
  const addAttributes = (name: string, keys: readonly string[]) => {
    for (const key of keys) attributes.set(name, (attributes.get(name) ?? new Set()).add(key))
  }

  const visitText = (text: Y.XmlText) => {
    for (let item = text._start; item !== null; item = item.right) {
      if (item.deleted || !(item.content instanceof Y.ContentFormat)) continue
      const { key, value } = item.content as { key: string; value: unknown }
      const name = key.replace(MARK_HASH, '')
      const keys = typeof value === 'object' && value !== null ? Object.keys(value) : []
      const known = schema.marks[name]
      if (known !== undefined)
        addAttributes(
          name,
          keys.filter((own) => !hasOwn(known.spec.attrs, own)),
        )
      else {
        const mark = marks.get(name) ?? { isOverlapping: false, attributes: new Set() }
        mark.isOverlapping ||= name !== key
        for (const own of keys) mark.attributes.add(own)
        marks.set(name, mark)
      }
    }
  }
  const visit = (element: Y.XmlElement, isInline: boolean) => {
    const { nodeName } = element
    const keys = Object.keys(element.getAttributes()).filter((key) => key !== 'ychange')
    const known = schema.nodes[nodeName]
    const children: unknown[] = element.toArray()
    const holdsInline = known?.inlineContent ?? children.some((child) => isInlineChild(child, schema))
    if (known !== undefined)
      addAttributes(
        nodeName,
        keys.filter((key) => !hasOwn(known.spec.attrs, key)),
      )
    else {
      const node = nodes.get(nodeName) ?? { isInline, holdsInline, attributes: new Set() }
      node.holdsInline ||= holdsInline
      for (const key of keys) node.attributes.add(key)
      nodes.set(nodeName, node)
    }
    for (const child of children) {
      if (child instanceof Y.XmlText) visitText(child)
      else if (child instanceof Y.XmlElement) visit(child, holdsInline)
    }
  }
  for (const child of fragment.toArray()) if (child instanceof Y.XmlElement) visit(child, false)
  return nodes.size + marks.size + attributes.size === 0 ? null : { nodes, marks, attributes }
}

const hasOwn = (attributes: object | undefined, key: string) => Object.hasOwn(attributes ?? {}, key)

const isInlineChild = (child: unknown, schema: Schema) =>
  child instanceof Y.XmlText ||
  (child instanceof Y.XmlElement && schema.nodes[child.nodeName]?.isInline === true)

/** What the schema lacks for a page, to be added to the document's extensions. */
export function createUnknownExtensions(unknown: UnknownContent | null): Extensions {
  if (unknown === null) return []
  return [
    ...[...unknown.nodes].map(([name, node]) => createUnknownNode(name, node)),
    ...[...unknown.marks].map(([name, mark]) => createUnknownMark(name, mark)),
    Extension.create({
      name: 'unknownAttributes',
      addGlobalAttributes: () =>
        [...unknown.attributes].map(([name, keys]) => ({ types: [name], attributes: keep(keys) })),
    }),
  ]
}

const keep = (keys: ReadonlySet<string>) =>
  Object.fromEntries([...keys].map((key) => [key, { default: null, rendered: false }]))

function createUnknownNode(name: string, { isInline, holdsInline, attributes }: UnknownNode): Node {
  const tag = isInline ? 'span' : 'div'
  return Node.create({
    name,
    group: isInline ? 'inline' : 'block',
    inline: isInline,
    content: holdsInline ? 'inline*' : 'block*',
    atom: true,
    isolating: true,
    addAttributes: () => keep(attributes),
    renderHTML: () => [tag, { 'data-unknown': name, contenteditable: 'false' }, [tag, 0]],
  })
}

function createUnknownMark(name: string, { isOverlapping, attributes }: UnknownMark): Mark {
  return Mark.create({
    name,
    ...(isOverlapping ? { excludes: '' } : {}),
    addAttributes: () => keep(attributes),
    renderHTML: () => ['span', { 'data-unknown-mark': name }, 0],
  })
}

/** Whether a transaction has brought a node, mark or attribute that a schema does not know. */
export function bringsUnknown({ afterState, beforeState, doc }: Y.Transaction, schema: Schema): boolean {
  for (const [client, clock] of afterState) {
    const from = beforeState.get(client) ?? 0
    if (from === clock) continue
    const structs = doc.store.clients.get(client) ?? []
    for (let index = Y.findIndexSS(structs, from); index < structs.length; index++) {
      const struct = structs[index]
      if (struct instanceof Y.Item && !struct.deleted && !isKnown(struct, schema)) return true
    }
  }
  return false
}

function isKnown({ content, parent, parentSub }: Y.Item, schema: Schema): boolean {
  if (content instanceof Y.ContentFormat) {
    const { key, value } = content as { key: string; value: unknown }
    const mark = schema.marks[key.replace(MARK_HASH, '')]
    const keys = typeof value === 'object' && value !== null ? Object.keys(value) : []
    return mark !== undefined && keys.every((own) => hasOwn(mark.spec.attrs, own))
  }
  if (parentSub !== null && parent instanceof Y.XmlElement)
    return hasOwn(schema.nodes[parent.nodeName]?.spec.attrs, parentSub)
  return !(content instanceof Y.ContentType && content.type instanceof Y.XmlElement)
    ? true
    : schema.nodes[content.type.nodeName] !== undefined
}

/**
 * Whether a page can be shown with a schema without anything being removed from it. Tried on a copy: where
 * something unknown stands in a place for something known, the schema cannot learn it.
 */
export function canShow(doc: Y.Doc, field: string, schema: Schema): boolean {
  const copy = new Y.Doc()
  try {
    Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
    let isChanged = false
    copy.on('update', () => {
      isChanged = true
    })
    initProseMirrorDoc(copy.getXmlFragment(field), schema)
    return !isChanged
  } finally {
    copy.destroy()
  }
}
