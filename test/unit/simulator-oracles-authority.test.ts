import { describe, expect, it } from 'vitest'
import {
  onlyEditorsWrite,
  outsidersStayOut,
  readRevocationLatencies,
  revocationTakesEffect,
} from '../simulator/oracles/authority.ts'
import { nobodyPoses } from '../simulator/oracles/identity.ts'
import type { ConnectionRecord, RightsChange } from '../simulator/record.ts'
import { createRecorder } from '../simulator/recorder.ts'
import { createEdit, createRunRecord, messagesOf } from '../support/run-record.ts'

const lost = (changes: Partial<RightsChange> = {}): RightsChange => ({
  ...{ client: 0, page: 0, way: 'grant', to: 'none', askedAt: 1_000, answeredAt: 1_010 },
  ...{ effectAt: 1_020, eventsEffectAt: 1_030 },
  ...changes,
})
const connection = (changes: Partial<ConnectionRecord> = {}): ConnectionRecord => ({
  ...{ client: 0, transport: 'document', page: 0, at: 10, state: 'open', reason: '', ours: false },
  ...changes,
})
const LATE = 5_000

describe('A1', () => {
  it('A1 · accepts refusals, and what comes before the deadline', () => {
    expect(
      messagesOf(outsidersStayOut, {
        rights: [lost()],
        connections: [connection({ at: 1_100 }), connection({ at: LATE, state: 'refused' })],
        restReadings: [
          { client: 0, path: '/api/pages/page-0/content', reason: '', at: LATE, status: 404, body: null },
        ],
      }),
    ).toEqual([])
  })

  it('A1 · finds whoever is let in again, by any interface', () => {
    const rights = [lost()]
    expect(messagesOf(outsidersStayOut, { rights, connections: [connection({ at: LATE })] })).toHaveLength(1)
    expect(
      messagesOf(outsidersStayOut, {
        rights,
        deliveries: [{ client: 0, page: 0, at: LATE, what: 'content', over: 'new connection' }],
        restReadings: [
          { client: 0, path: '/api/pages/page-0/content', reason: '', at: LATE, status: 200, body: null },
        ],
        requests: [
          {
            ...{ client: 0, connection: 1, name: 'join_page', payload: { pageId: 'page-0' } },
            ...{ askedAt: LATE, answeredAt: LATE + 1, answer: { ok: true } },
          },
        ],
      }),
    ).toHaveLength(3)
  })

  it('A1 · accepts that somebody comes back who was given the page again', () => {
    const rights = [lost(), lost({ to: 'editor', askedAt: 3_000, answeredAt: 3_010 })]
    expect(messagesOf(outsidersStayOut, { rights, connections: [connection({ at: LATE })] })).toEqual([])
  })
})

describe('A2', () => {
  const look = (state: Uint8Array) => [
    { page: 0, reason: 'at the end', cutAt: 9_000, state, failure: null, shown: [] },
  ]

  it('A2 · accepts a viewer’s edit that was refused', () => {
    const { edit } = createEdit({ refusedAt: 110 })
    expect(
      messagesOf(onlyEditorsWrite, { edits: [edit], checkpoints: look(new Uint8Array([0, 0])) }),
    ).toEqual([])
  })

  it('A2 · finds a viewer’s edit on the page, shown to others, or acknowledged', () => {
    const { edit, state } = createEdit({})
    expect(messagesOf(onlyEditorsWrite, { edits: [edit], checkpoints: look(state) })).toEqual([
      'An edit that viewer 1 made on Page 0 without permission is on the page at the end.',
    ])
    for (const changes of [{ seenAt: 120 }, { ackedAt: 120 }])
      expect(messagesOf(onlyEditorsWrite, { edits: [createEdit(changes).edit] })).toHaveLength(1)
  })

  it('A2 · finds what somebody wrote after losing the permission, not what they wrote before', () => {
    const rights = [lost({ to: 'viewer' })]
    const at = (sentAt: number) => {
      const { edit, state } = createEdit({ client: 0, madeAt: sentAt, sentAt })
      return messagesOf(onlyEditorsWrite, { rights, edits: [edit], checkpoints: look(state) })
    }
    expect(at(900)).toEqual([])
    expect(at(LATE)).toHaveLength(1)
  })

  it('A2 · accepts what was written without permission and brought in with it', () => {
    const rights = [lost({ to: 'viewer' }), lost({ to: 'editor', askedAt: 7_000, answeredAt: 7_010 })]
    const { edit, state } = createEdit({
      client: 0,
      madeAt: LATE,
      sentAt: LATE,
      seenAt: 7_050,
      refusedAt: 5_010,
    })
    expect(messagesOf(onlyEditorsWrite, { rights, edits: [edit], checkpoints: look(state) })).toEqual([])
  })
})

describe('A3', () => {
  const connections = [connection(), connection({ transport: 'events', page: null })]

  it('A3 · accepts an effect in time, and says how long it took', () => {
    const record = createRunRecord({ rights: [lost()], connections })
    expect(revocationTakesEffect.check(record)).toEqual({ checked: 2, broken: [] })
    expect(readRevocationLatencies(record)).toEqual([20, 30])
  })

  it('A3 · finds a connection that goes on, of either transport', () => {
    const find = (change: Partial<RightsChange>) =>
      messagesOf(revocationTakesEffect, { rights: [lost(change)], connections })
    expect(find({ effectAt: LATE })).toHaveLength(1)
    expect(find({ effectAt: null })).toHaveLength(1)
    expect(find({ eventsEffectAt: null })).toHaveLength(1)
  })

  it('A3 · says nothing of one that was not open, was closed by its client, or was disturbed', () => {
    const rights = [lost({ effectAt: null, eventsEffectAt: null })]
    expect(messagesOf(revocationTakesEffect, { rights })).toEqual([])
    const closed = connections.map((each) => ({ ...each, at: 1_200, state: 'closed' as const, ours: true }))
    expect(messagesOf(revocationTakesEffect, { rights, connections: [...connections, ...closed] })).toEqual(
      [],
    )
    const faults = [{ kind: 'crash', title: 'the server was killed', beganAt: 1_100, endedAt: 1_200 }]
    expect(messagesOf(revocationTakesEffect, { rights, connections, faults })).toEqual([])
  })

  it('A3 · waits longer where the simulator or the whole machine was slow', () => {
    const rights = [lost({ effectAt: 2_500 })]
    expect(messagesOf(revocationTakesEffect, { rights, connections })).toHaveLength(1)
    expect(
      messagesOf(revocationTakesEffect, { rights, connections, lags: [{ at: 2_100, ms: 800 }] }),
    ).toEqual([])
    const { edit } = createEdit({ sentAt: 1_000, ackedAt: 1_900 })
    expect(messagesOf(revocationTakesEffect, { rights, connections, edits: [edit] })).toEqual([])
  })

  it('A3 · finds text and facts that still come', () => {
    expect(
      messagesOf(revocationTakesEffect, {
        rights: [lost()],
        deliveries: [{ client: 0, page: 0, at: LATE, what: 'content', over: 'old connection' }],
        facts: [
          { client: 0, connection: 0, name: 'typing_started', payload: { pageId: 'page-0' }, at: LATE },
          { client: 0, connection: 0, name: 'typing_started', payload: { pageId: 'page-1' }, at: LATE },
        ],
      }),
    ).toHaveLength(2)
  })
})

describe('A4', () => {
  const caret = { page: 0, seenBy: 1, at: 1, yjsClient: 10, userId: 'ann', userName: 'Ann', forgedBy: null }

  it('A4 · accepts carets of whom they are, also of one who tried to be somebody else', () => {
    expect(messagesOf(nobodyPoses, { carets: [caret, { ...caret, forgedBy: 0 }] })).toEqual([])
  })

  it('A4 · finds a caret under another name, and one that somebody else moves', () => {
    expect(messagesOf(nobodyPoses, { carets: [{ ...caret, userId: 'ben', userName: 'Ben' }] })).toHaveLength(
      1,
    )
    expect(messagesOf(nobodyPoses, { carets: [{ ...caret, userName: 'The boss' }] })).toHaveLength(1)
    expect(messagesOf(nobodyPoses, { carets: [{ ...caret, forgedBy: 1 }] })).toHaveLength(1)
  })

  it('A4 · finds a message and a presence under another name', () => {
    const message = (author: object) => ({ message: { id: 'm', pageId: 'page-0', author } })
    const facts = (author: object, user: object) => [
      { client: 1, connection: 0, name: 'message_created', payload: message(author), at: 2 },
      { client: 1, connection: 0, name: 'user_joined', payload: { pageId: 'page-0', user }, at: 3 },
    ]
    const requests = [
      {
        ...{ client: 0, connection: 0, name: 'send_message', payload: { pageId: 'page-0', id: 'm' } },
        ...{ askedAt: 1, answeredAt: null, answer: null },
      },
    ]
    const [ann, ben] = [
      { userId: 'ann', name: 'Ann' },
      { userId: 'ben', name: 'Ben' },
    ]
    expect(messagesOf(nobodyPoses, { requests, facts: facts(ann, ann) })).toEqual([])
    expect(messagesOf(nobodyPoses, { requests, facts: facts(ben, { ...ann, name: 'Ben' }) })).toHaveLength(2)
  })
})

describe('the recorder', () => {
  type Step = { readonly to: 'viewer' | 'none' } | { readonly state: ConnectionRecord['state'] }

  function record(...steps: Step[]) {
    let time = 0
    const recorder = createRecorder(() => time++)
    const page = recorder.addPage({ id: 'page-0', title: 'Page 0' })
    const client = recorder.addClient({
      ...{ name: 'author 0', userId: 'ann', userName: 'Ann', role: 'editor', pages: [page] },
    })
    const connected = { client, page, transport: 'document', reason: '', ours: false } as const
    for (const step of steps) {
      if ('to' in step) recorder.rights({ client, page, way: 'role', to: step.to }).answered()
      else recorder.connection({ ...connected, state: step.state })
    }
    return recorder.finish(createRunRecord()).rights.map(({ effectAt }) => effectAt !== null)
  }

  it('A3 · takes what comes late for the effect of the change before as well', () => {
    expect(record({ to: 'viewer' }, { to: 'none' }, { state: 'open-readonly' })).toEqual([true, false])
    expect(record({ to: 'viewer' }, { to: 'none' }, { state: 'closed' })).toEqual([true, true])
    expect(record({ state: 'closed' }, { to: 'none' }, { state: 'open' })).toEqual([false])
  })
})
