import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { generateHistory } from '../bench/history.ts'
import { DIALECTS, getDialect } from '../bench/load/dialect.ts'
import { createEditMaker } from '../bench/load/prepared-edits.ts'

const PAGE = '00000000-0000-4000-8000-000000000000'
/** Header and mask of a short client frame, bytes. */
const HEADER_BYTES = 6

test.each(DIALECTS)(
  'prepared edits are what an author types in %s, and their clocks say when each has arrived',
  (name) => {
    const dialect = getDialect(name)
    const maker = createEditMaker(dialect, PAGE, 'Ann')
    const reader = new Y.Doc()
    const edits = Array.from({ length: 5 }, () => maker.next(true))
    for (const edit of edits) {
      const heard = dialect.read(edit.update.subarray(HEADER_BYTES))
      if (heard.kind !== 'update') throw new Error(`a prepared edit reads as ${heard.kind}`)
      expect(Y.parseUpdateMeta(heard.update).to.get(maker.clientId)).toBe(edit.clock)
      Y.applyUpdate(reader, heard.update)
      expect(edit.caret).not.toBeNull()
    }
    expect(reader.getXmlFragment('default').toString()).toBe('<paragraph>the q</paragraph>')
  },
)

test('a generated history is the same for the same seed and applies in order', () => {
  const [first, second] = [generateHistory(500, 7), generateHistory(500, 7)]
  expect(first).toEqual(second)
  const doc = new Y.Doc()
  for (const update of first) Y.applyUpdate(doc, update)
  expect(doc.store.pendingStructs).toBeNull()
  expect(doc.getXmlFragment('default').toString().length).toBeGreaterThan(300)
})
