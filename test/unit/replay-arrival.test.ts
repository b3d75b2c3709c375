import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { hasArrived, readEvidence } from '../simulator/arrival.ts'

describe('telling whether an edit has arrived', () => {
  it('sees an insertion once the author’s clock is reached', () => {
    const { document, updates } = record((text) => [() => text.insert(0, 'ab'), () => text.insert(2, 'c')])
    const receiver = new Y.Doc()
    Y.applyUpdate(receiver, updates[0] as Uint8Array)

    expect(hasArrived(receiver, readEvidence(updates[0] as Uint8Array))).toBe(true)
    expect(hasArrived(receiver, readEvidence(updates[1] as Uint8Array))).toBe(false)
    expect(hasArrived(document, readEvidence(updates[1] as Uint8Array))).toBe(true)
  })

  it('sees a deletion only when all of it is gone, whoever deleted it', () => {
    const { updates } = record((text) => [() => text.insert(0, 'abcd'), () => text.delete(1, 2)])
    const [insertion, deletion] = updates as [Uint8Array, Uint8Array]
    const receiver = new Y.Doc()

    expect(hasArrived(receiver, readEvidence(deletion))).toBe(false)
    Y.applyUpdate(receiver, insertion)
    expect(hasArrived(receiver, readEvidence(deletion))).toBe(false)
    receiver.getText().delete(1, 1)
    expect(hasArrived(receiver, readEvidence(deletion))).toBe(false)
    receiver.getText().delete(1, 1)
    expect(hasArrived(receiver, readEvidence(deletion))).toBe(true)
  })
})

function record(edits: (text: Y.Text) => readonly (() => void)[]): {
  document: Y.Doc
  updates: Uint8Array[]
} {
  const document = new Y.Doc()
  const updates: Uint8Array[] = []
  document.on('update', (update: Uint8Array) => updates.push(update))
  for (const edit of edits(document.getText())) edit()
  return { document, updates }
}
