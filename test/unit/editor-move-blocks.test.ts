import { getSchema } from '@tiptap/core'
import { EditorState, TextSelection } from '@tiptap/pm/state'
import { expect, test } from 'vitest'
import { moveBlocks } from '../../editor/features/editor/blocks/move-blocks.ts'
import { findTrigger } from '../../editor/features/editor/triggers/trigger-menu.ts'
import { createDocumentExtensions } from '../../shared/document/extensions.ts'

const schema = getSchema(createDocumentExtensions())
const { paragraph, listItem, bulletList, codeBlock } = schema.nodes as Record<
  string,
  (typeof schema.nodes)[string]
>
const p = (text: string) => paragraph?.create(null, schema.text(text)) as never
const li = (text: string) => listItem?.create(null, p(text)) as never

function stateOf(blocks: never[], at: number): EditorState {
  const doc = schema.topNodeType.create(null, blocks)
  return EditorState.create({ doc, selection: TextSelection.create(doc, at) })
}

function moved(state: EditorState, direction: 'up' | 'down'): EditorState | null {
  let next: EditorState | null = null
  const isDone = moveBlocks(direction)(state, (tr) => {
    next = state.apply(tr)
  })
  return isDone ? next : null
}

test('a block moves past its neighbour with the caret in it, and not past the ends', () => {
  const state = stateOf([p('one'), p('two')], 2)
  const down = moved(state, 'down')
  expect(down?.doc.textBetween(0, down.doc.content.size, '|')).toBe('two|one')
  expect(down?.selection.$from.parent.textContent).toBe('one')
  expect(moved(state, 'up')).toBeNull()
  expect(down && moved(down, 'down')).toBeNull()
})

test('an item moves inside its list', () => {
  const state = stateOf([p('before'), bulletList?.create(null, [li('one'), li('two')]) as never], 18)
  expect(state.selection.$from.parent.textContent).toBe('two')
  const up = moved(state, 'up')
  expect(up?.doc.textBetween(0, up.doc.content.size, '|')).toBe('before|two|one')
})

test.each([
  ['/head', 'block', 'head'],
  ['say @ann b', 'mention', 'ann b'],
  ['nice :tad', 'emoji', 'tad'],
  ['either/or', null, null],
  ['10:30', null, null],
  ['a@b.example', null, null],
  [':)', null, null],
])('%j asks for %s', (text, kind, query) => {
  const found = findTrigger(stateOf([p(text)], text.length + 1))
  expect([found?.kind ?? null, found?.query ?? null]).toEqual([kind, query])
})

test('code has no menus', () => {
  const code = codeBlock?.create(null, schema.text('/head')) as never
  expect(findTrigger(stateOf([code], 6))).toBeNull()
})
