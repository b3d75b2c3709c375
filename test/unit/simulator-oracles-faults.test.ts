import { describe, expect, it } from 'vitest'
import { neighboursAreSpared } from '../simulator/oracles/neighbours.ts'
import { nothingWithoutDatabase } from '../simulator/oracles/outage.ts'
import { restartsAreOrderly } from '../simulator/oracles/restarts.ts'
import { noStrangersText } from '../simulator/oracles/strangers.ts'
import type { ComeBackRecord, ConnectionRecord, EditRecord, RunRecord } from '../simulator/record.ts'
import { createEdit, createRunRecord, messagesOf } from '../support/run-record.ts'

describe('D3', () => {
  const outages = [{ from: 1_000, to: 3_000 }]
  const found = (changes: Partial<EditRecord>) =>
    messagesOf(nothingWithoutDatabase, { outages, edits: [createEdit({ client: 0, ...changes }).edit] })

  it('D3 · accepts answers from before and after, and what had been sent before', () => {
    expect(found({ sentAt: 900, ackedAt: 1_100, seenAt: 1_100 })).toEqual([])
    expect(found({ sentAt: 1_100, ackedAt: 3_100, seenAt: 3_050 })).toEqual([])
    expect(found({ sentAt: 1_100, ackedAt: null })).toEqual([])
  })

  it('D3 · finds what was acknowledged or shown while the database stood still', () => {
    expect(found({ sentAt: 1_100, ackedAt: 1_200 })).toEqual([
      'An edit of author 0 on Page 0 was acknowledged while the database stood still.',
    ])
    expect(found({ sentAt: 1_100, ackedAt: 3_100, seenAt: 1_300 })).toEqual([
      'An edit of author 0 on Page 0 was shown to others while the database stood still.',
    ])
  })

  it('D3 · says nothing of what only deletes: it may have been deleted before', () => {
    const evidence = { clocks: [], deletions: [{ client: 1, clock: 0, length: 1 }] }
    expect(found({ sentAt: 1_100, ackedAt: 1_200, evidence })).toEqual([])
  })
})

describe('V2', () => {
  const restart = { askedAt: 1_000, endedAt: 1_500, isOrderly: true }
  const connection = (at: number, changes: Partial<ConnectionRecord> = {}): ConnectionRecord => ({
    ...{ client: 0, transport: 'document', page: 0, at, state: 'open', reason: '', ours: false },
    ...changes,
  })
  const told = (changes: Partial<ComeBackRecord> = {}): ComeBackRecord => ({
    ...{ client: 0, transport: 'document', page: 0, toldAt: 1_010, inMs: 300 },
    ...changes,
  })
  const found = (changes: Partial<RunRecord>) =>
    messagesOf(restartsAreOrderly, {
      restarts: [restart],
      connections: [connection(10), connection(1_400, { state: 'closed' }), connection(2_000)],
      comeBacks: [told()],
      ...changes,
    })

  it('V2 · accepts an orderly restart after which everybody is back', () => {
    expect(found({})).toEqual([])
  })

  it('V2 · finds a server that does not end by itself, who was not told, and who is not back', () => {
    expect(found({ restarts: [{ ...restart, isOrderly: false }] })).toHaveLength(1)
    expect(found({ comeBacks: [] })).toEqual([
      'author 0 was not told when to come back to Page 0 when the server stopped.',
    ])
    expect(found({ connections: [connection(10)] })).toEqual([
      'author 0 did not come back to Page 0 after the server was restarted.',
    ])
  })

  it('V2 · asks nothing of who was not there, who left by themselves, and who has no connection', () => {
    const away = { connections: [connection(10), connection(20, { state: 'closed' })], comeBacks: [] }
    expect(found(away)).toEqual([])
    const left = [connection(10), connection(1_200, { state: 'closed', ours: true })]
    expect(found({ connections: left, comeBacks: [] })).toEqual([])
    const http = { transport: 'http' } as const
    expect(found({ connections: [connection(10, http), connection(2_000, http)], comeBacks: [] })).toEqual([])
  })

  it('V2 · finds a crowd that is asked to come back at once', () => {
    const crowd = Array.from({ length: 20 }, (_, index) => told({ inMs: 500 + index }))
    expect(found({ comeBacks: crowd })).toEqual([
      '20 of 20 connections were asked to come back in the same moment.',
    ])
    const spread = Array.from({ length: 20 }, (_, index) => told({ inMs: index * 50 }))
    expect(found({ comeBacks: spread })).toEqual([])
  })
})

describe('V3', () => {
  const faults = [{ kind: 'attack', title: 'hostile connections', beganAt: 1_000, endedAt: 2_000 }]
  const edits = (calmMs: number, attackedMs: number) =>
    [100, 1_200].flatMap((from, phase) =>
      Array.from({ length: 50 }, (_, index) => {
        const sentAt = from + index * 10
        const ackedAt = sentAt + (phase === 0 ? calmMs : attackedMs)
        return createEdit({ client: 0, sentAt, ackedAt }).edit
      }),
    )
  const found = (changes: Partial<RunRecord>) => messagesOf(neighboursAreSpared, { faults, ...changes })

  it('V3 · accepts the same latency, or a little more', () => {
    expect(found({ edits: edits(20, 20) })).toEqual([])
    expect(found({ edits: edits(20, 300) })).toEqual([])
    expect(neighboursAreSpared.check(createRunRecord({ edits: edits(20, 5_000) })).checked).toBe(0)
  })

  it('V3 · finds that saving took much longer, but not when the simulator itself was late', () => {
    const slow = edits(20, 5_000)
    expect(found({ edits: slow })).toEqual(['Saving took much longer while hostile connections were there.'])
    expect(found({ edits: slow, lags: [{ at: 6_000, ms: 4_900 }] })).toEqual([])
  })

  it('V3 · finds that somebody else was put out', () => {
    const connection: ConnectionRecord = {
      ...{ client: 0, transport: 'document', page: 0, at: 1_500, state: 'closed', ours: false },
      reason: 'too-slow',
    }
    expect(found({ connections: [connection] })).toEqual([
      'author 0 was put out with too-slow, having done nothing of the sort.',
    ])
    expect(found({ connections: [{ ...connection, reason: 'code 1006' }] })).toEqual([])
  })
})

describe('A2', () => {
  it('A2 · knows everybody whose text stands on a page', () => {
    const { state } = createEdit({})
    const checkpoint = { page: 0, reason: 'at the end', cutAt: 9_000, state, failure: null, shown: [] }
    expect(messagesOf(noStrangersText, { checkpoints: [checkpoint] })).toEqual([
      'Something that none of its people wrote stands on Page 0 at the end.',
    ])
    const clients = createRunRecord().clients.map((client) => ({
      ...client,
      yjsClients: [{ page: 0, id: 77 }],
    }))
    expect(messagesOf(noStrangersText, { checkpoints: [checkpoint], clients })).toEqual([])
  })
})
