import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { createNesting, MAX_DEPTH, MAX_UNDER_WAY } from '../../server/documents/nesting.ts'
import { isWellFormedUpdate } from '../../server/documents/well-formed-update.ts'

/** A document that goes one element deeper with every step, and each step as one update. */
function dig(steps: number, { besideText = false } = {}): { doc: Y.Doc; updates: Uint8Array[] } {
  const doc = new Y.Doc()
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  let innermost: Y.XmlElement | Y.XmlFragment = doc.getXmlFragment('default')
  for (let step = 0; step < steps; step++) {
    const parent: Y.XmlElement | Y.XmlFragment = innermost
    // Behind a sibling, an update names only the sibling and not what it is in.
    const element = new Y.XmlElement('blockquote')
    parent.push(besideText ? [new Y.XmlText('beside'), element] : [element])
    innermost = element
  }
  return { doc, updates }
}

describe('A5 · how deep elements are', () => {
  test.each([
    ['inside one another', false],
    ['behind siblings', true],
  ])('is counted over many updates, in the document or under way: %s', (_how, besideText) => {
    const { doc, updates } = dig(MAX_DEPTH + 1, { besideText })
    const last = updates.pop() as Uint8Array
    const page = new Y.Doc()
    const committed = createNesting(page)
    for (const update of updates) {
      expect(committed.judge(update)).toBe('fits')
      Y.applyUpdate(page, update)
    }
    expect(committed.judge(last)).toBe('too-deep')
    const waiting = createNesting(new Y.Doc())
    for (const update of updates) expect(waiting.judge(update)).toBe('fits')
    expect(waiting.judge(last)).toBe('too-deep')
    expect(createNesting(new Y.Doc()).judge(Y.mergeUpdates(updates))).toBe('fits')
    expect(createNesting(new Y.Doc()).judge(Y.encodeStateAsUpdate(doc))).toBe('too-deep')
  })

  test('is not known of what hangs in nothing, until that is there', () => {
    const [first, second] = dig(2).updates as [Uint8Array, Uint8Array]
    const nesting = createNesting(new Y.Doc())
    expect(nesting.judge(second)).toBe('unplaced')
    expect(nesting.judge(first)).toBe('fits')
    expect(nesting.judge(second)).toBe('fits')
  })

  test('is not asked of what the document holds back already, since everybody who opens the page repeats it', () => {
    const [, second] = dig(2).updates as [Uint8Array, Uint8Array]
    const page = new Y.Doc()
    Y.applyUpdate(page, second)
    const answer = Y.encodeStateAsUpdate(page)
    expect(createNesting(page).judge(answer)).toBe('fits')
    expect(createNesting(page).judge(dig(2).updates[1] as Uint8Array)).toBe('unplaced')
  })

  test('is not known of elements in a circle', () => {
    /** One part of an update: client 1 or 2 writes an element into the other one's. */
    const part = (client: number, other: number) => [1, client, 0, 7, 0, other, 0, 3, 1, 'p'.charCodeAt(0)]
    const circle = Uint8Array.of(2, ...part(2, 1), ...part(1, 2), 0)
    expect(isWellFormedUpdate(circle)).toBe(true)
    expect(createNesting(new Y.Doc()).judge(circle)).toBe('unplaced')
  })

  test('is remembered of a bounded number that never arrive', () => {
    const [first, second] = dig(2).updates as [Uint8Array, Uint8Array]
    const nesting = createNesting(new Y.Doc())
    expect(nesting.judge(first)).toBe('fits')
    expect(nesting.judge(second)).toBe('fits')
    const row = new Y.Doc()
    row
      .getXmlFragment('default')
      .push(Array.from({ length: MAX_UNDER_WAY + 1 }, () => new Y.XmlElement('paragraph')))
    expect(nesting.judge(Y.encodeStateAsUpdate(row))).toBe('fits')
    expect(nesting.judge(second)).toBe('unplaced')
  })

  test('thousands of elements in a row are not deep', () => {
    const doc = new Y.Doc()
    const updates: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => updates.push(update))
    for (let row = 0; row < 3_000; row++) doc.getXmlFragment('default').push([new Y.XmlElement('paragraph')])
    const page = new Y.Doc()
    const nesting = createNesting(page)
    for (const update of updates) {
      expect(nesting.judge(update)).toBe('fits')
      Y.applyUpdate(page, update)
    }
    expect(createNesting(new Y.Doc()).judge(Y.encodeStateAsUpdate(doc))).toBe('fits')
  })

  test('D4 · an update in which one id stands for two things is not well-formed', () => {
    const [first] = dig(1).updates as [Uint8Array]
    expect(isWellFormedUpdate(first)).toBe(true)
    // The same client's part twice: count of clients, then each part, then no deletions.
    const part = first.slice(1, -1)
    expect(isWellFormedUpdate(Uint8Array.of(2, ...part, ...part, 0))).toBe(false)
  })
})
