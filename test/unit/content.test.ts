import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { toJson, toText, toUpdate } from '../../server/documents/content.ts'
import { WELCOME_PAGE } from '../../server/workspace/welcome-page.ts'

function load(update: Uint8Array): Y.Doc {
  const doc = new Y.Doc()
  Y.applyUpdate(doc, update)
  return doc
}

/** The same without the attributes that the schema fills in by itself. */
function withoutDefaults(node: { attrs?: unknown; content?: object[] }): object {
  const { attrs: _attrs, ...rest } = node
  return { ...rest, ...(node.content === undefined ? {} : { content: node.content.map(withoutDefaults) }) }
}

describe('a page’s content', () => {
  test('comes back as it went in', () => {
    const doc = load(toUpdate(WELCOME_PAGE.content))
    expect(withoutDefaults(toJson(doc))).toEqual(withoutDefaults(WELCOME_PAGE.content))
  })

  test('keeps marks and their attributes', () => {
    const link = { type: 'link', attrs: { href: 'https://example.com' } }
    const content = [
      { type: 'paragraph', content: [{ type: 'text', text: 'here', marks: [{ type: 'bold' }, link] }] },
    ]
    const [paragraph] = toJson(load(toUpdate({ type: 'doc', content }))).content ?? []
    const marks = paragraph?.content?.[0]?.marks ?? []
    expect(marks.map(({ type }) => type).sort()).toEqual(['bold', 'link'])
    expect(marks.find(({ type }) => type === 'link')?.attrs?.['href']).toBe('https://example.com')
  })

  test('as text: a line for each paragraph, heading and item, code as it is, breaks as breaks', () => {
    const text = (value: string) => ({ type: 'text', text: value })
    const content = [
      { type: 'heading', attrs: { level: 1 }, content: [text('Title')] },
      { type: 'paragraph', content: [text('one'), { type: 'hardBreak' }, text('two')] },
      { type: 'paragraph' },
      {
        type: 'bulletList',
        content: [{ type: 'listItem', content: [{ type: 'paragraph', content: [text('item')] }] }],
      },
      { type: 'codeBlock', content: [text('a\n  b')] },
    ]
    expect(toText(load(toUpdate({ type: 'doc', content })))).toBe('Title\none\ntwo\n\nitem\na\n  b')
  })

  test('of an empty page is empty', () => {
    expect(toText(new Y.Doc())).toBe('')
    expect(toJson(new Y.Doc())).toEqual({ type: 'doc', content: [] })
  })

  test('C4 · nodes and marks that the schema does not know are passed on', () => {
    const doc = new Y.Doc()
    const text = new Y.XmlText()
    const novelty = new Y.XmlElement('novelty')
    novelty.setAttribute('kind', 'new')
    doc.getXmlFragment('default').insert(0, [novelty])
    novelty.insert(0, [text])
    text.insert(0, 'from the future', { shimmer: { strength: 2 } })
    const marks = [{ type: 'shimmer', attrs: { strength: 2 } }]
    expect(toJson(doc).content).toEqual([
      {
        type: 'novelty',
        attrs: { kind: 'new' },
        content: [{ type: 'text', text: 'from the future', marks }],
      },
    ])
    expect(toText(doc)).toBe('from the future')
  })

  test('A5 · what no editor would write does not keep the rest from being read', () => {
    const doc = new Y.Doc()
    const fragment = doc.getXmlFragment('default')
    const paragraph = new Y.XmlElement('paragraph')
    fragment.insert(0, [paragraph, new Y.XmlText('loose')])
    const text = new Y.XmlText('words')
    paragraph.insert(0, [text])
    text.insertEmbed(2, { image: 'x' })
    expect(toText(doc)).toContain('words')
    expect(toJson(doc).content).toHaveLength(2)
  })
})
