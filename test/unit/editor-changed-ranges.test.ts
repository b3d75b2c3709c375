import { getSchema } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { Mapping, StepMap } from '@tiptap/pm/transform'
import { initProseMirrorDoc, prosemirrorJSONToYDoc, updateYFragment } from '@tiptap/y-tiptap'
import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { findChangedRanges } from '../../editor/features/editor/changed-ranges.ts'
import { createDocumentExtensions } from '../../shared/document/extensions.ts'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'

const schema = getSchema(createDocumentExtensions())

const text = (words: string, bold = false) => ({
  type: 'text',
  text: words,
  ...(bold ? { marks: [{ type: 'bold' }] } : {}),
})
const paragraph = (...content: object[]) => ({ type: 'paragraph', content })
const list = (...items: object[][]) => ({
  type: 'bulletList',
  content: items.map((content) => ({ type: 'listItem', content })),
})
const table = (...rows: string[][]) => ({
  type: 'table',
  content: rows.map((cells) => ({
    type: 'tableRow',
    content: cells.map((words) => ({
      type: 'tableCell',
      content: [paragraph(...(words ? [text(words)] : []))],
    })),
  })),
})

/** Writes in a page what makes it the other one, as an editor does. */
function become(doc: Y.Doc, content: readonly object[]): void {
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)
  const { mapping } = initProseMirrorDoc(fragment, schema)
  const node = schema.nodeFromJSON({ type: 'doc', content })
  updateYFragment(doc, fragment, node, { mapping, isOMark: new Map() })
}

const read = (doc: Y.Doc): Node => initProseMirrorDoc(doc.getXmlFragment(DOCUMENT_FRAGMENT), schema).doc

/** What reaches somebody who has a page open that others write in, all in one transaction. */
function receive(
  content: readonly object[],
  write: (doc: Y.Doc) => void,
): { before: Node; after: Node; ranges: readonly number[] | null } {
  // Of what was there earlier Yjs keeps a trace.
  const earlier = [paragraph(text('earlier')), ...content.slice(1), list([paragraph(text('words'))])]
  const doc = prosemirrorJSONToYDoc(schema, { type: 'doc', content: earlier }, DOCUMENT_FRAGMENT)
  become(doc, content)
  const before = read(doc)
  const other = new Y.Doc()
  Y.applyUpdate(other, Y.encodeStateAsUpdate(doc))
  write(other)
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)
  let found: readonly number[] | null = []
  fragment.observeDeep((_events, transaction) => {
    found = findChangedRanges(fragment, transaction, before, read(doc))
  })
  Y.applyUpdate(doc, Y.encodeStateAsUpdate(other, Y.encodeStateVector(doc)))
  return { before, after: read(doc), ranges: found }
}

/** Each position that no change stands at, with where it is after it. */
function listKept(before: Node, ranges: readonly number[]): { at: number; now: number }[] {
  const mapping = new Mapping([new StepMap(ranges)])
  const isKept = (at: number) => {
    for (let nr = 0; nr < ranges.length; nr += 3)
      if (at >= (ranges[nr] as number) && at <= (ranges[nr] as number) + (ranges[nr + 1] as number))
        return false
    return true
  }
  const kept = []
  for (let at = 0; at <= before.content.size; at++) if (isKept(at)) kept.push({ at, now: mapping.map(at) })
  return kept
}

function describePlace(doc: Node, at: number) {
  const $at = doc.resolve(at)
  const path = Array.from({ length: $at.depth + 1 }, (_, depth) => $at.node(depth).type.name)
  return { path, next: $at.nodeAfter?.isText ? $at.nodeAfter.text?.[0] : $at.nodeAfter?.type.name }
}

const words = fc.string({ minLength: 1, maxLength: 4, unit: fc.constantFrom('a', 'b', '🙂', 'é') })
const inline = fc.array(
  fc.oneof(
    fc.tuple(words, fc.boolean()).map(([words, bold]) => text(words, bold)),
    fc.constant({ type: 'hardBreak' }),
  ),
  { maxLength: 3 },
)
const line = inline.map((content) => paragraph(...content))
const block: fc.Arbitrary<object> = fc.oneof(
  { weight: 4, arbitrary: line },
  inline.map((content) => ({ type: 'heading', attrs: { level: 2 }, content })),
  fc.constant({ type: 'horizontalRule' }),
  fc
    .array(fc.array(line, { minLength: 1, maxLength: 2 }), { minLength: 1, maxLength: 3 })
    .map((items) => list(...items)),
  fc
    .array(fc.array(fc.oneof(words, fc.constant('')), { minLength: 2, maxLength: 2 }), {
      minLength: 1,
      maxLength: 2,
    })
    .map((rows) => table(...rows)),
)
const page = fc.array(block, { minLength: 1, maxLength: 6 })

test('whatever others make of a page, what is between their changes is what it was', () => {
  fc.assert(
    fc.property(page, fc.array(page, { minLength: 1, maxLength: 3 }), (first, others) => {
      const { before, after, ranges } = receive(first, (doc) => {
        for (const content of others) become(doc, content)
      })
      expect(ranges).not.toBeNull()
      for (const { at, now } of listKept(before, ranges ?? []))
        expect(describePlace(after, now)).toEqual(describePlace(before, at))
    }),
    { numRuns: 300 },
  )
})

test('blocks that are added and taken out leave every other one where it was', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom('kept', 'taken', 'added'), { minLength: 1 }), (fates) => {
      const numbered = fates.map((fate, nr) => ({ fate, words: `block ${nr}` }))
      const there = numbered.filter(({ fate }) => fate !== 'added')
      const { before, after, ranges } = receive(
        there.map(({ words }) => paragraph(text(words))),
        (other) => {
          const fragment = other.getXmlFragment(DOCUMENT_FRAGMENT)
          let place = 0
          for (const { fate, words } of numbered) {
            const added = new Y.XmlElement('paragraph')
            added.insert(0, [new Y.XmlText(words)])
            if (fate === 'taken') fragment.delete(place, 1)
            else if (fate === 'added') fragment.insert(place++, [added])
            else place++
          }
        },
      )
      const mapping = new Mapping([new StepMap(ranges ?? [])])
      const kept: string[] = []
      before.forEach((block, at) => {
        const { pos, deleted } = mapping.mapResult(at + 1)
        if (!deleted) kept.push(block.textContent)
        if (!deleted) expect(after.nodeAt(pos - 1)?.eq(block)).toBe(true)
        // Also where it begins, which is where another may have been taken out or put in.
        if (!deleted) expect(mapping.map(at, 1)).toBe(pos - 1)
      })
      expect(kept).toEqual(numbered.filter(({ fate }) => fate === 'kept').map(({ words }) => words))
    }),
  )
})

test('a cell stays where it is between two changes that come together', () => {
  const cells = (last: string) => table(['a', 'b'], ['c', last])
  const { before, after, ranges } = receive([paragraph(text('above')), cells('d')], (doc) =>
    become(doc, [paragraph(text('above it')), paragraph(text('new')), cells('dd')]),
  )
  const at = 'above'.length + 2 + 4
  expect(before.nodeAt(at - 2)?.type.name).toBe('tableCell')
  expect(ranges).toHaveLength(9)
  const { pos, deleted } = new Mapping([new StepMap(ranges ?? [])]).mapResult(at)
  expect(deleted).toBe(false)
  expect(after.nodeAt(pos - 2)?.textContent).toBe('a')
})

test('a document that is not what the transaction made is told', () => {
  const doc = prosemirrorJSONToYDoc(
    schema,
    { type: 'doc', content: [paragraph(text('one'))] },
    DOCUMENT_FRAGMENT,
  )
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)
  const before = read(doc)
  const found: unknown[] = []
  fragment.observeDeep((_events, transaction) => {
    for (const content of [
      [paragraph(text('!on'))],
      [paragraph(text('!one'))],
      [paragraph(text('!one')), paragraph()],
    ])
      found.push(
        findChangedRanges(fragment, transaction, before, schema.nodeFromJSON({ type: 'doc', content })),
      )
  })
  ;((fragment.get(0) as Y.XmlElement).get(0) as Y.XmlText).insert(0, '!')
  expect(found).toEqual([null, [1, 0, 1], null])
})
