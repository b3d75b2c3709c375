import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { applyIncoming, onFilled, onUpdate } from '../../editor/collaboration/incoming-updates.ts'

const ORIGIN = {}

/** A document that is listened to, and what was heard of it. */
function listen(): { doc: Y.Doc; updates: Uint8Array[]; filling: Uint8Array[]; stop: () => void } {
  const doc = new Y.Doc()
  const updates: Uint8Array[] = []
  const filling: Uint8Array[] = []
  const stops = [
    onUpdate(doc, (update) => updates.push(update)),
    onFilled(doc, (update) => filling.push(update)),
  ]
  const stop = () => {
    for (const stop of stops) stop()
  }
  return { doc, updates, filling, stop }
}

/** Whether all that was heard is all that there is. */
function expectKept({ doc, updates, filling }: ReturnType<typeof listen>): void {
  const copy = new Y.Doc()
  for (const update of [...filling, ...updates]) Y.applyUpdate(copy, update)
  expect(copy.getText('t').toString()).toBe(doc.getText('t').toString())
}

/** What somebody else has written. */
function write(words: string): Uint8Array {
  const doc = new Y.Doc()
  doc.getText('t').insert(0, words)
  return Y.encodeStateAsUpdate(doc)
}

function bring(doc: Y.Doc, ...updates: Uint8Array[]): void {
  const apply = () => {
    for (const update of updates) Y.applyUpdate(doc, update, ORIGIN)
  }
  applyIncoming(
    doc,
    ORIGIN,
    () => updates,
    () => Y.transact(doc, apply, ORIGIN, false),
  )
}

test('what fills an empty document is taken as it came, and not written out once more', () => {
  const heard = listen()
  const { doc, updates, filling } = heard
  const isWrittenOut: boolean[] = []
  doc.on('afterTransactionCleanup', () => isWrittenOut.push(doc._observers.has('update')))
  const one = write('one')
  bring(doc, one)
  doc.getText('t').insert(0, 'mine ')
  expect(isWrittenOut).toEqual([false, true])
  expect(filling).toEqual([one])
  expect(updates).toHaveLength(1)
  expectKept(heard)
})

test('of what comes later, only the difference is taken', () => {
  const heard = listen()
  const { doc, updates } = heard
  const other = new Y.Doc()
  const text = other.getText('t')
  for (let nr = 0; nr < 500; nr++) {
    text.insert(nr, 'abc')
    text.delete(nr, 1)
  }
  bring(doc, Y.encodeStateAsUpdate(other))
  text.insert(0, '!')
  const answer = Y.encodeStateAsUpdate(other, Y.encodeStateVector(doc))
  bring(doc, answer)
  expect(answer.byteLength).toBeGreaterThan(1_000)
  expect(updates.map(({ byteLength }) => byteLength < 50)).toEqual([true])
  expectKept(heard)
})

test('what is written here in answer to what came is heard, and so is an update by another way', () => {
  const heard = listen()
  const { doc, updates } = heard
  const text = doc.getText('t')
  text.observe(({ transaction }) => {
    if (transaction.origin === ORIGIN) text.insert(text.length, '!')
  })
  bring(doc, write('theirs'))
  expect(text.toString()).toBe('theirs!')
  expect(updates).toHaveLength(1)
  Y.applyUpdate(doc, write('from a copy'), 'a copy')
  expect(updates).toHaveLength(2)
  expectKept(heard)
})

test('what is written in the midst of it, and what waits for something that has not come, is not lost', () => {
  const within = listen()
  applyIncoming(
    within.doc,
    ORIGIN,
    () => [write('never applied')],
    () => Y.transact(within.doc, () => within.doc.getText('t').insert(0, 'mine'), ORIGIN, false),
  )
  expect(within.filling).toEqual([])
  expectKept(within)

  const other = new Y.Doc()
  const made: Uint8Array[] = []
  other.on('update', (update: Uint8Array) => made.push(update))
  for (const word of ['one ', 'two ']) other.getText('t').insert(other.getText('t').length, word)
  const early = listen()
  bring(early.doc, write('x'), made[1] as Uint8Array)
  bring(early.doc, made[0] as Uint8Array)
  expect(early.doc.getText('t').toString()).toContain('one two ')
  expectKept(early)
})

test('nothing is heard behind the end', () => {
  const { doc, updates, filling, stop } = listen()
  stop()
  bring(doc, write('theirs'))
  doc.getText('t').insert(0, 'mine')
  expect([updates.length, filling.length]).toEqual([0, 0])
  expect(doc._observers.has('update')).toBe(false)
})
