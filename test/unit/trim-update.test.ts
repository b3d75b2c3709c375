import * as fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { MIN_TRIMMED_BYTES, trimUpdate } from '../../server/documents/trim-update.ts'

const LONG = 'x'.repeat(MIN_TRIMMED_BYTES)
const write = (doc: Y.Doc, text: string) => doc.getText('text').insert(doc.getText('text').length, text)
const read = (doc: Y.Doc) => doc.getText('text').toString()

function copyOf(doc: Y.Doc): Y.Doc {
  const copy = new Y.Doc()
  Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
  return copy
}

const clientsOf = (update: Uint8Array) => [...Y.parseUpdateMeta(update).from]

describe.each(['answer', 'update'] as const)('C2 · of an %s', (kind) => {
  test('only what the page lacks is left', () => {
    const page = new Y.Doc()
    write(page, LONG)
    const theirs = copyOf(page)
    write(theirs, 'new')
    const added = trimUpdate(page, { kind, update: Y.encodeStateAsUpdate(theirs) }) as Uint8Array
    expect(clientsOf(added)).toEqual([[theirs.clientID, 0]])
    expect(added.byteLength).toBeLessThan(50)
    Y.applyUpdate(page, added)
    expect(read(page)).toBe(`${LONG}new`)
  })

  test('nothing is left if the page has it all', () => {
    const page = new Y.Doc()
    write(page, LONG)
    expect(trimUpdate(page, { kind, update: Y.encodeStateAsUpdate(copyOf(page)) })).toBeNull()
  })

  test('deletions are left, though the page has the letters', () => {
    const page = new Y.Doc()
    write(page, LONG)
    const theirs = copyOf(page)
    theirs.getText('text').delete(0, 10)
    Y.applyUpdate(page, trimUpdate(page, { kind, update: Y.encodeStateAsUpdate(theirs) }) as Uint8Array)
    expect(read(page)).toBe(LONG.slice(10))
  })

  test('what builds on something that is missing yet is left whole', () => {
    const theirs = new Y.Doc()
    write(theirs, 'missing')
    const known = Y.encodeStateVector(theirs)
    write(theirs, LONG)
    const update = Y.encodeStateAsUpdate(theirs, known)
    expect(trimUpdate(new Y.Doc(), { kind, update })).toBe(update)
  })

  test('whatever two have written, the page comes to the same as with all of it', () => {
    const edit = fc.record({ who: fc.nat(1), at: fc.nat(), remove: fc.boolean(), meet: fc.boolean() })
    fc.assert(
      fc.property(fc.array(edit, { maxLength: 40 }), (edits) => {
        const [page, theirs] = [new Y.Doc(), new Y.Doc()] as const
        write(page, LONG)
        for (const { who, at, remove, meet } of edits) {
          const text = (who === 0 ? page : theirs).getText('text')
          if (remove && text.length > 0) text.delete(at % text.length, 1)
          else text.insert(at % (text.length + 1), `${at} `)
          if (meet) Y.applyUpdate(theirs, Y.encodeStateAsUpdate(page))
        }
        const update = Y.encodeStateAsUpdate(theirs)
        const whole = copyOf(page)
        Y.applyUpdate(whole, update)
        const added = trimUpdate(page, { kind, update })
        if (added !== null) Y.applyUpdate(page, added)
        expect(read(page)).toBe(read(whole))
        expect(Y.encodeStateVector(page)).toEqual(Y.encodeStateVector(whole))
      }),
    )
  })
})

test('C2 · typing is not looked at', () => {
  const page = new Y.Doc()
  write(page, 'short')
  const update = Y.encodeStateAsUpdate(page)
  expect(trimUpdate(page, { kind: 'update', update })).toBe(update)
})
