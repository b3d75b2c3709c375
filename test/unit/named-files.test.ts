import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { readNamedFiles } from '../../server/documents/named-files.ts'

const [FIRST, SECOND] = ['0f000000-0000-4000-8000-000000000001', '0f000000-0000-4000-8000-000000000002']

/** What a change of a document sends. */
function record(doc: Y.Doc, change: () => void): Uint8Array {
  const before = Y.encodeStateVector(doc)
  change()
  return Y.encodeStateAsUpdate(doc, before)
}

test('images name their files when they come, and when they are given another', () => {
  const doc = new Y.Doc()
  const image = new Y.XmlElement('image')
  const came = record(doc, () => {
    image.setAttribute('fileId', FIRST)
    doc.getXmlFragment('default').insert(0, [image])
  })
  expect(readNamedFiles(came)).toEqual([FIRST])
  expect(readNamedFiles(record(doc, () => image.setAttribute('fileId', SECOND)))).toEqual([SECOND])
  expect(
    readNamedFiles(record(doc, () => image.setAttribute('alt', 'a red bridge over the river, at dusk'))),
  ).toEqual([])
})

test('letters name nothing, whatever they spell', () => {
  const doc = new Y.Doc()
  const text = doc.getText('words')
  expect(readNamedFiles(record(doc, () => text.insert(0, 'x')))).toEqual([])
  expect(readNamedFiles(record(doc, () => text.insert(0, FIRST)))).toEqual([])
})
