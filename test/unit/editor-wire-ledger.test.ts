import { MessageType } from '@hocuspocus/provider'
import fc from 'fast-check'
import { createEncoder, toUint8Array, writeVarInt, writeVarString, writeVarUint } from 'lib0/encoding'
import { describe, expect, test } from 'vitest'
import { writeSyncStep1, writeSyncStep2, writeUpdate } from 'y-protocols/sync'
import * as Y from 'yjs'
import {
  EMPTY_LEDGER,
  isAcknowledged,
  recordReceived,
  recordSent,
  type WireLedger,
} from '../../editor/collaboration/wire-ledger.ts'

const doc = new Y.Doc()
doc.getText('t').insert(0, 'text')

function frame(type: number, write: (encoder: ReturnType<typeof createEncoder>) => void): Uint8Array {
  const encoder = createEncoder()
  writeVarString(encoder, '7b0c3a52-59c8-4d2f-9d0c-7d5f0f6f9b11')
  writeVarUint(encoder, type)
  write(encoder)
  return toUint8Array(encoder)
}

const question = frame(MessageType.Sync, (encoder) => writeSyncStep1(encoder, doc))
const answer = frame(MessageType.Sync, (encoder) => writeSyncStep2(encoder, doc))
const update = frame(MessageType.Sync, (encoder) => writeUpdate(encoder, Y.encodeStateAsUpdate(doc)))
const awareness = frame(MessageType.Awareness, (encoder) => writeVarString(encoder, 'x'))
const stored = frame(MessageType.SyncStatus, (encoder) => writeVarInt(encoder, 1))
const refused = frame(MessageType.SyncStatus, (encoder) => writeVarInt(encoder, 0))
const ping = new Uint8Array([MessageType.Ping])

type Step = ['sent' | 'received', Uint8Array]
function run(steps: Step[]): WireLedger {
  return steps.reduce(
    (ledger, [way, bytes]) => (way === 'sent' ? recordSent(ledger, bytes) : recordReceived(ledger, bytes)),
    EMPTY_LEDGER,
  )
}

describe('D1 · what the frames say about being saved', () => {
  test.each<[string, Step[], boolean]>([
    ['nothing was exchanged', [], false],
    ['only asked', [['sent', question]], false],
    ['answered, not acknowledged', [['sent', answer]], false],
    [
      'answered and acknowledged',
      [
        ['sent', answer],
        ['received', stored],
      ],
      true,
    ],
    [
      'an edit on its way',
      [
        ['sent', answer],
        ['received', stored],
        ['sent', update],
      ],
      false,
    ],
    [
      'the edit acknowledged',
      [
        ['sent', answer],
        ['received', stored],
        ['sent', update],
        ['received', stored],
      ],
      true,
    ],
    [
      'an edit before the handshake: its acknowledgement is not the handshake’s',
      [
        ['sent', update],
        ['received', stored],
        ['sent', answer],
      ],
      false,
    ],
    [
      'two edits before the handshake, one acknowledged',
      [
        ['sent', update],
        ['sent', update],
        ['sent', answer],
        ['received', stored],
      ],
      false,
    ],
    [
      'refused',
      [
        ['sent', answer],
        ['received', refused],
      ],
      false,
    ],
    [
      'refused once stays refused',
      [
        ['sent', answer],
        ['received', refused],
        ['sent', update],
        ['received', stored],
      ],
      false,
    ],
    [
      'cursors and pings count for nothing',
      [
        ['sent', awareness],
        ['received', ping],
        ['received', awareness],
        ['sent', answer],
        ['received', stored],
      ],
      true,
    ],
  ])('%s', (_name, steps, expected) => {
    expect(isAcknowledged(run(steps))).toBe(expected)
  })
})

test('D1 · a server that acknowledges in order is never believed too early, however edits and frames interleave', () => {
  const action = fc.constantFrom('edit', 'answer', 'acknowledge')
  fc.assert(
    fc.property(fc.array(action, { maxLength: 60 }), (actions) => {
      let ledger = EMPTY_LEDGER
      const inFlight: ('answer' | 'edit')[] = []
      let isAnswerStored = false
      for (const next of actions) {
        if (next === 'acknowledge') {
          const first = inFlight.shift()
          if (!first) continue
          if (first === 'answer') isAnswerStored = true
          ledger = recordReceived(ledger, stored)
        } else {
          inFlight.push(next as 'answer' | 'edit')
          ledger = recordSent(ledger, next === 'answer' ? answer : update)
        }
        expect(isAcknowledged(ledger)).toBe(isAnswerStored && inFlight.length === 0)
      }
    }),
  )
})
