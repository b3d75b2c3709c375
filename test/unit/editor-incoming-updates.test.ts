import { expect, test } from 'vitest'
import * as Y from 'yjs'
import { applyIncoming, onIncoming, onOwnUpdate } from '../../editor/collaboration/incoming-updates.ts'

const ORIGIN = {}

/** A document that is listened to, and what was heard of it. */
function listen(): { doc: Y.Doc; own: Uint8Array[]; incoming: Uint8Array[]; stop: () => void } {
  const doc = new Y.Doc()
  const own: Uint8Array[] = []
  const incoming: Uint8Array[] = []
  const stops = [
    onOwnUpdate(doc, (update) => own.push(update)),
    onIncoming(doc, (updates) => incoming.push(...updates)),
  ]
  const stop = () => {
    for (const stop of stops) stop()
  }
  return { doc, own, incoming, stop }
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

test('what others wrote is taken as it came, and not written out once more', () => {
  const { doc, own, incoming } = listen()
  const isWrittenOut: boolean[] = []
  doc.on('afterTransactionCleanup', () => isWrittenOut.push(doc._observers.has('update')))
  const [one, two] = [write('one'), write('two')]
  doc.getText('t').insert(0, 'mine')
  bring(doc, one, two)
  expect(isWrittenOut).toEqual([true, false])
  expect(incoming).toEqual([one, two])
  expect(own).toHaveLength(1)
  // All that was heard is all that there is.
  const copy = new Y.Doc()
  for (const update of [...own, ...incoming]) Y.applyUpdate(copy, update)
  expect(copy.getText('t').toString()).toBe(doc.getText('t').toString())
})

test('what is written here in answer to others is heard as one’s own', () => {
  const { doc, own, incoming } = listen()
  const text = doc.getText('t')
  text.observe(({ transaction }) => {
    if (!transaction.local) text.insert(text.length, '!')
  })
  bring(doc, write('theirs'))
  expect(text.toString()).toBe('theirs!')
  expect(own).toHaveLength(1)
  text.insert(0, 'and mine ')
  expect(own).toHaveLength(2)
  const copy = new Y.Doc()
  for (const update of [...incoming, ...own]) Y.applyUpdate(copy, update)
  expect(copy.getText('t').toString()).toBe('and mine theirs!')
})

test('what is known already is no news; an update by another way is heard', () => {
  const { doc, own, incoming } = listen()
  const update = write('theirs')
  bring(doc, update)
  bring(doc, update)
  expect(incoming).toHaveLength(1)
  Y.applyUpdate(doc, write('from a copy'), 'a copy')
  expect(own).toHaveLength(1)
})

test('nothing is heard behind the end', () => {
  const { doc, own, incoming, stop } = listen()
  doc.getText('t').insert(0, 'mine')
  stop()
  bring(doc, write('theirs'))
  doc.getText('t').insert(0, 'mine')
  expect([own.length, incoming.length]).toEqual([1, 0])
  expect(doc._observers.has('update')).toBe(false)
})
