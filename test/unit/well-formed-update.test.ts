import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import { isWellFormedUpdate } from '../../server/documents/well-formed-update.ts'

/** A page as editors write it: elements, attributes, text typed in pieces, formatted and deleted from. */
function writePage(clientId: number): Y.Doc {
  const doc = new Y.Doc()
  doc.clientID = clientId
  const fragment = doc.getXmlFragment('default')
  for (let index = 0; index < 3; index++) {
    const paragraph = new Y.XmlElement('paragraph')
    const text = new Y.XmlText()
    fragment.push([paragraph])
    paragraph.insert(0, [text])
    text.insert(0, 'h')
    text.insert(1, 'ello')
    text.format(1, 2, { bold: true })
    text.delete(3, 1)
    paragraph.setAttribute('align', 'left')
  }
  return doc
}

const state = Y.encodeStateAsUpdate(writePage(1))

describe('a well-formed update', () => {
  test('is everything that editors send: whole states, steps, deletions, what waits for something else', () => {
    expect(isWellFormedUpdate(state)).toBe(true)
    const doc = writePage(2)
    const steps: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => steps.push(update))
    doc.getXmlFragment('default').delete(1, 1)
    doc.getText('other').insert(0, 'waits for nothing')
    doc.getText('other').delete(0, 5)
    expect(steps.length).toBeGreaterThan(2)
    for (const step of steps) expect(isWellFormedUpdate(step)).toBe(true)
    expect(isWellFormedUpdate(Y.mergeUpdates([state, ...steps]))).toBe(true)
    expect(isWellFormedUpdate(Y.encodeStateAsUpdate(new Y.Doc()))).toBe(true)
  })

  test.each([
    ['nothing', new Uint8Array()],
    ['a piece', state.slice(0, state.length / 2)],
    ['random bytes', Uint8Array.of(200, 100, 50, 25, 12, 6, 3)],
  ])('is not %s', (_what, bytes) => {
    expect(isWellFormedUpdate(bytes)).toBe(false)
  })

  test('D4 · of all updates that differ from a good one in one byte, those that pass can be applied and kept', () => {
    let passed = 0
    let decodedAndRefused = 0
    for (let position = 0; position < state.length; position++) {
      for (let value = position % 11; value < 256; value += 11) {
        const changed = state.slice()
        changed[position] = value
        if (!isWellFormedUpdate(changed)) {
          decodedAndRefused += decodes(changed) ? 1 : 0
          continue
        }
        passed++
        const doc = new Y.Doc()
        Y.applyUpdate(doc, changed)
        const copy = new Y.Doc()
        Y.applyUpdate(copy, Y.encodeStateAsUpdate(doc))
        doc.destroy()
        copy.destroy()
      }
    }
    expect(passed).toBeGreaterThan(500)
    // That it decodes would not have been enough.
    expect(decodedAndRefused).toBeGreaterThan(50)
  }, 60_000)
})

function decodes(update: Uint8Array): boolean {
  try {
    Y.decodeUpdate(update)
    return true
  } catch {
    return false
  }
}
