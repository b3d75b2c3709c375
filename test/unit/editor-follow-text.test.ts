import { getSchema } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { expect, test } from 'vitest'
import { followText } from '../../editor/features/editor/follow-text.ts'
import { createDocumentExtensions } from '../../shared/document/extensions.ts'

const schema = getSchema(createDocumentExtensions())

/** A page whose every line is a paragraph, or a heading behind `#`, with a caret at `|`; the caret's position. */
function read(page: string): { doc: Node; at: number } {
  const content = page.split('\n').map((line) => {
    const words = line.replaceAll(/[#|]/g, '')
    const type = line.startsWith('#') ? 'heading' : 'paragraph'
    return { type, content: words === '' ? [] : [{ type: 'text', text: words }] }
  })
  const doc = schema.nodeFromJSON({ type: 'doc', content })
  const before = page.slice(0, page.indexOf('|')).replaceAll('#', '')
  // A line begins a place inside its block, and its end takes another.
  return { doc, at: 1 + before.length + (before.split('\n').length - 1) }
}

test.each([
  ['its line was split before it', 'one two|', 'one \ntwo|'],
  ['its line was split behind it', 'on|e two', 'on|e \ntwo'],
  ['its line joined the one above', 'one \ntw|o', 'one tw|o'],
  ['its line became a heading', 'one\ntw|o\nthree', 'one\n#tw|o\nthree'],
  ['its line moved up', 'one\ntw|o\nthree', 'tw|o\none\nthree'],
  ['its line was split while others wrote above and below', 'a\none tw|o\nb', 'ax\none \ntw|o\nbx'],
  ['others wrote above', 'a\ntw|o', 'abc\nd\ntw|o'],
])('a caret goes with its letters: %s', (_, before, after) => {
  const { doc, at } = read(before)
  const wanted = read(after)
  expect(followText(doc, wanted.doc, at)).toBe(wanted.at)
})

test.each([
  ['its letters are nowhere', 'one\ntw|o\nthree', 'one\n#x\nthree'],
  ['it stands where the change begins', 'one|two', 'onextwo'],
])('nobody knows better where a caret is than Yjs when %s', (_, before, after) => {
  const { doc, at } = read(before)
  expect(followText(doc, read(after).doc, at)).toBeNull()
})
