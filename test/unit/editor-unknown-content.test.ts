import { getSchema } from '@tiptap/core'
import { EditorState } from '@tiptap/pm/state'
import { initProseMirrorDoc, updateYFragment } from '@tiptap/y-tiptap'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { createUnknownExtensions, findUnknown } from '../../editor/features/editor/unknown-content.ts'
import { toJson } from '../../server/documents/content.ts'
import { createDocumentExtensions } from '../../shared/document/extensions.ts'

const schema = getSchema(createDocumentExtensions())

/** A page with a block, an inline node, a mark and attributes that no schema here knows. */
function createPage(): Y.Doc {
  const doc = new Y.Doc()
  const fragment = doc.getXmlFragment('default')
  const paragraph = new Y.XmlElement('paragraph')
  paragraph.setAttribute('mood', 'merry')
  const text = new Y.XmlText()
  text.insert(0, 'plain ')
  text.insert(6, 'shining', { shimmer: { strength: 2 }, bold: { weight: 900 } })
  text.insert(13, ' twice', { shimmer: null, bold: null, 'note--abcdefgh': { by: 'ann' } })
  const formula = new Y.XmlElement('formula')
  formula.setAttribute('tex', 'x^2')
  paragraph.insert(0, [text, formula])
  const columns = new Y.XmlElement('columns')
  const column = new Y.XmlElement('column')
  const inside = new Y.XmlElement('paragraph')
  inside.insert(0, [new Y.XmlText('inside')])
  column.insert(0, [inside])
  columns.insert(0, [column])
  const stanza = new Y.XmlElement('stanza')
  stanza.insert(0, [new Y.XmlText('a line')])
  const last = new Y.XmlElement('paragraph')
  last.insert(0, [new Y.XmlText('elsewhere')])
  fragment.insert(0, [paragraph, columns, stanza, last])
  return doc
}

test('C4 · what the schema does not know is still there after it was opened, and written beside', () => {
  const doc = createPage()
  const fragment = doc.getXmlFragment('default')
  const before = toJson(doc)
  const known = getSchema([
    ...createDocumentExtensions(),
    ...createUnknownExtensions(findUnknown(fragment, schema)),
  ])
  const { doc: page, mapping } = initProseMirrorDoc(fragment, known)
  page.check()
  expect(toJson(doc)).toEqual(before)

  const state = EditorState.create({ doc: page })
  const { doc: written } = state.tr.insertText('typed ', 1).insertText('!', page.content.size + 5)
  updateYFragment(doc, fragment, written, { mapping, isOMark: new Map() })
  const after = JSON.stringify(toJson(doc))
  expect(after).toContain('typed plain ')
  expect(after).toContain('elsewhere!')
  const undone = JSON.parse(after.replace('typed ', '').replace('elsewhere!', 'elsewhere'))
  expect(undone).toEqual(JSON.parse(JSON.stringify(before)))
})

test('C4 · without that, opening a page removes it: why the schema has to learn it first', () => {
  const doc = createPage()
  initProseMirrorDoc(doc.getXmlFragment('default'), schema)
  expect(JSON.stringify(toJson(doc))).not.toContain('columns')
})

test('a page with nothing unknown needs nothing', () => {
  const doc = new Y.Doc()
  const paragraph = new Y.XmlElement('paragraph')
  doc.getXmlFragment('default').insert(0, [paragraph])
  expect(findUnknown(doc.getXmlFragment('default'), schema)).toBeNull()
  expect(createUnknownExtensions(null)).toEqual([])
})
