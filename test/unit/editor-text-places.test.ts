import { getSchema } from '@tiptap/core'
import { describe, expect, test } from 'vitest'
import {
  moveRange,
  readTextPlaces,
  toDocumentRanges,
  toTextRange,
} from '../../editor/features/history/text-places.ts'
import { createDocumentExtensions } from '../../shared/document/extensions.ts'

const schema = getSchema(createDocumentExtensions())
const text = (value: string) => ({ type: 'text', text: value })
const mention = { type: 'mention', attrs: { kind: 'person', id: 'm', personId: 'p', label: 'Bob' } }
const DOCUMENT = {
  type: 'doc',
  content: [
    { type: 'heading', attrs: { level: 1 }, content: [text('Title')] },
    { type: 'paragraph' },
    {
      type: 'bulletList',
      content: [{ type: 'listItem', content: [{ type: 'paragraph', content: [text('one')] }] }],
    },
    { type: 'paragraph', content: [text('to '), mention, { type: 'hardBreak' }, text('👋!')] },
  ],
}
const doc = schema.nodeFromJSON(DOCUMENT)

describe('the places of a plain text in its document', () => {
  const { text: whole, places } = readTextPlaces(doc)

  test('A4 · the text is the one of the API', () => {
    expect(whole).toBe('Title\n\none\nto @Bob\n👋!')
  })

  test('A4 · each letter is found where it stands, and back', () => {
    for (const word of ['Title', 'one', 'to ', '👋!']) {
      const from = whole.indexOf(word)
      const [range] = toDocumentRanges(places, { from, to: from + word.length })
      expect(doc.textBetween(range?.from ?? 0, range?.to ?? 0)).toBe(word)
      expect(toTextRange(places, range ?? { from: 0, to: 0 })).toEqual({ from, to: from + word.length })
    }
  })

  test('A4 · a part of a mention is the mention, and a selection without text is nothing', () => {
    const from = whole.indexOf('@Bob')
    const [range] = toDocumentRanges(places, { from: from + 1, to: from + 2 })
    expect((range?.to ?? 0) - (range?.from ?? 0)).toBe(1)
    expect(toTextRange(places, range ?? { from: 0, to: 0 })).toEqual({ from, to: from + 4 })
    expect(toTextRange(places, { from: 7, to: 9 })).toBeNull()
  })

  test('A4 · blocks that are left out are not counted', () => {
    const left = readTextPlaces(doc, new Set([0, 1]))
    expect(left.text).toBe('one\nto @Bob\n👋!')
    const [range] = toDocumentRanges(left.places, { from: 0, to: 3 })
    expect(doc.textBetween(range?.from ?? 0, range?.to ?? 0)).toBe('one')
  })
})

test('A4 · a range follows a text that differs in one stretch, and leaves that stretch out', () => {
  const before = 'Hello world'
  const after = 'Hello dear world'
  expect(moveRange({ from: 0, to: 5 }, before, after)).toEqual({ from: 0, to: 5 })
  expect(moveRange({ from: 6, to: 11 }, before, after)).toEqual({ from: 11, to: 16 })
  expect(moveRange({ from: 0, to: 16 }, after, before)).toEqual({ from: 0, to: 11 })
  const { from, to } = moveRange({ from: 7, to: 9 }, after, before)
  expect(to).toBeLessThanOrEqual(from)
})
