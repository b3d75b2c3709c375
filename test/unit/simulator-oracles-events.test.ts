import { describe, expect, it } from 'vitest'
import { factsAreTrue } from '../simulator/oracles/facts-are-true.ts'
import { messagesOnce } from '../simulator/oracles/messages-once.ts'
import { noGhosts } from '../simulator/oracles/presence.ts'
import { resourcesReturn } from '../simulator/oracles/resources.ts'
import { nothingCrossesRooms } from '../simulator/oracles/rooms.ts'
import { typingEnds } from '../simulator/oracles/typing.ts'
import type {
  ConnectionRecord,
  FactRecord,
  RequestRecord,
  ResourceSample,
  RestReading,
} from '../simulator/record.ts'
import { messagesOf } from '../support/run-record.ts'

const message = (revision: number, changes: object = {}) => ({
  ...{ id: `m${revision}`, pageId: 'page-0', body: `message ${revision}`, number: revision, revision },
  author: { userId: 'ann', name: 'Ann' },
  ...changes,
})
const created = (revision: number, changes: Partial<FactRecord> = {}): FactRecord => ({
  ...{ client: 1, connection: 0, name: 'message_created', at: 100 + revision },
  payload: { eventId: `e${revision}`, pageId: 'page-0', revision, message: message(revision) },
  ...changes,
})
const request = (changes: Partial<RequestRecord>): RequestRecord => ({
  ...{ client: 1, connection: 0, name: 'join_page', payload: { pageId: 'page-0' } },
  ...{ askedAt: 1, answeredAt: 2, answer: { ok: true, messagesRevision: 0 } },
  ...changes,
})
const listed = (...revisions: number[]): RestReading => ({
  ...{ client: null, path: '/api/pages/page-0/messages', reason: 'at the end', at: 900, status: 200 },
  body: { items: revisions.map((revision) => message(revision)) },
})

describe('E1', () => {
  it('E1 · accepts facts that the API confirms, or says something newer than', () => {
    expect(
      messagesOf(factsAreTrue, {
        facts: [created(1), created(2)],
        restReadings: [
          { ...listed(1), body: { items: [message(1, { revision: 4, body: 'edited' }), message(2)] } },
        ],
      }),
    ).toEqual([])
  })

  it('E1 · finds a message that is gone, older, or says something else', () => {
    const facts = [created(3)]
    expect(messagesOf(factsAreTrue, { facts, restReadings: [listed(1)] })).toHaveLength(1)
    for (const changes of [{ revision: 2 }, { body: 'something else' }])
      expect(
        messagesOf(factsAreTrue, {
          facts,
          restReadings: [{ ...listed(), body: { items: [message(3, changes)] } }],
        }),
      ).toHaveLength(1)
  })

  it('E1 · finds a title and a seq that were announced and are not so', () => {
    const page = { id: 'page-0', title: 'New', revision: 7 }
    const facts = [created(0, { name: 'page_updated', payload: { page, revision: 7 } })]
    const reading = (body: object) => [{ ...listed(), path: '/api/pages/page-0', body }]
    expect(messagesOf(factsAreTrue, { facts, restReadings: reading(page) })).toEqual([])
    expect(
      messagesOf(factsAreTrue, { facts, restReadings: reading({ ...page, title: 'Old' }) }),
    ).toHaveLength(1)
    const content = [created(0, { name: 'page_content_updated', payload: { pageId: 'page-0', seq: 9 } })]
    const endings = (seq: number) => [{ page: 0, fresh: null, http: { seq, marks: [] }, clients: [] }]
    expect(messagesOf(factsAreTrue, { facts: content, endings: endings(9) })).toEqual([])
    expect(messagesOf(factsAreTrue, { facts: content, endings: endings(8) })).toHaveLength(1)
  })
})

describe('E2', () => {
  const own = (revision: number, changes: Partial<RequestRecord> = {}) =>
    request({
      ...{ name: 'send_message', payload: { pageId: 'page-0', id: `m${revision}` }, answeredAt: 50 },
      answer: { ok: true, message: message(revision) },
      ...changes,
    })

  it('E2 · accepts messages without a gap, one’s own known by their answers', () => {
    const requests = [request({}), own(2)]
    expect(messagesOf(messagesOnce, { requests, facts: [created(1), created(3)] })).toEqual([])
  })

  it('E2 · finds one that is missing, twice, or out of order', () => {
    const requests = [request({})]
    expect(messagesOf(messagesOnce, { requests, facts: [created(1), created(3)] })).toHaveLength(1)
    expect(messagesOf(messagesOnce, { requests, facts: [created(2), created(1, { at: 300 })] })).toHaveLength(
      1,
    )
    // The same event twice is also a revision twice.
    expect(messagesOf(messagesOnce, { requests, facts: [created(1), created(1, { at: 300 })] })).toHaveLength(
      2,
    )
  })

  it('E2 · does not miss what came before the page was joined, or may be an answer that was lost', () => {
    expect(
      messagesOf(messagesOnce, {
        requests: [request({ answer: { ok: true, messagesRevision: 4 } })],
        facts: [created(5)],
      }),
    ).toEqual([])
    const unanswered = own(2, { answeredAt: null, answer: null })
    expect(
      messagesOf(messagesOnce, { requests: [request({}), unanswered], facts: [created(1), created(3)] }),
    ).toEqual([])
  })

  it('E2 · finds a message that was acknowledged and is gone, and one that is stored twice', () => {
    expect(messagesOf(messagesOnce, { requests: [own(2)], restReadings: [listed(2)] })).toEqual([])
    expect(messagesOf(messagesOnce, { requests: [own(2)], restReadings: [listed(1)] })).toHaveLength(1)
    expect(messagesOf(messagesOnce, { restReadings: [listed(2, 2)] })).toHaveLength(1)
  })
})

describe('E3', () => {
  it('E3 · accepts facts of pages that are followed, and those for one person', () => {
    expect(
      messagesOf(nothingCrossesRooms, {
        requests: [request({})],
        facts: [created(1), created(2, { name: 'unread_count_updated', payload: { pageId: 'page-1' } })],
      }),
    ).toEqual([])
  })

  it('E3 · finds facts of a page that is not followed, or was refused, or only on another connection', () => {
    const payload = { eventId: 'e', pageId: 'page-1', revision: 1, message: message(1, { pageId: 'page-1' }) }
    expect(
      messagesOf(nothingCrossesRooms, { requests: [request({})], facts: [created(1, { payload })] }),
    ).toEqual(['viewer 1 heard message_created of Page 1, which it does not follow.'])
    const refused = request({ answer: { ok: false } })
    expect(messagesOf(nothingCrossesRooms, { requests: [refused], facts: [created(1)] })).toHaveLength(1)
    expect(
      messagesOf(nothingCrossesRooms, { requests: [request({})], facts: [created(1, { connection: 1 })] }),
    ).toHaveLength(1)
  })
})

describe('E4', () => {
  const reading = { page: 0, at: 1, afterMs: 16_000, users: [], carets: [] }

  it('E4 · accepts pages on which nobody is shown', () => {
    expect(messagesOf(noGhosts, { presence: [reading, { ...reading, users: null }] })).toEqual([])
  })

  it('E4 · finds who is still shown, as present or by a caret', () => {
    expect(
      messagesOf(noGhosts, {
        presence: [{ ...reading, users: [{ userId: 'ann', name: 'Ann' }], carets: [11] }],
      }),
    ).toEqual([
      'Ann is still shown as present on Page 0 16.0 s after everybody left.',
      'the caret of viewer 1 is still shown on Page 0 16.0 s after everybody left.',
    ])
  })

  const typing = (what: 'started' | 'stopped', at: number, userId = 'ann'): FactRecord =>
    created(0, { at, name: `typing_${what}`, payload: { eventId: `e${at}`, pageId: 'page-0', userId } })
  const watching = (...spans: (readonly [from: number, to: number])[]): ConnectionRecord[] =>
    spans.flatMap((span) =>
      span.map((at, place) => ({
        ...{ client: 1, transport: 'events', page: null, at, reason: '', ours: true },
        state: place === 0 ? ('open' as const) : ('closed' as const),
      })),
    )

  it('E4 · accepts that somebody is shown as writing while they are, or as long as nobody can tell', () => {
    const connections = watching([0, 90_000])
    const facts = [typing('started', 100), typing('stopped', 15_000), typing('started', 80_000)]
    expect(messagesOf(typingEnds, { connections, facts })).toEqual([])
    const start = (askedAt: number) =>
      request({ client: 0, name: 'start_typing', askedAt, answeredAt: askedAt + 1 })
    const goesOn = [typing('started', 100), typing('stopped', 30_000)]
    expect(
      messagesOf(typingEnds, { connections, facts: goesOn, requests: [start(99), start(15_000)] }),
    ).toEqual([])
    // What ended while this connection was away was told to others.
    const away = watching([0, 10_000], [20_000, 90_000])
    expect(messagesOf(typingEnds, { connections: away, facts: [typing('started', 100)] })).toEqual([])
    const put = created(0, { at: 200, name: 'access_revoked', payload: { pageId: 'page-0' } })
    expect(messagesOf(typingEnds, { connections, facts: [typing('started', 100), put] })).toEqual([])
    expect(messagesOf(typingEnds, { connections, facts: [typing('started', 100, 'ben')] })).toEqual([])
  })

  it('E4 · finds who goes on being shown as writing', () => {
    const connections = watching([0, 50], [60, 90_000])
    const facts = [typing('started', 100), typing('stopped', 60_100)].map((fact) => ({
      ...fact,
      connection: 1,
    }))
    expect(messagesOf(typingEnds, { connections, facts })).toEqual([
      'viewer 1 was shown Ann as writing a message on Page 0, 60.0 s after the last sign of it.',
    ])
    expect(messagesOf(typingEnds, { connections, facts: facts.slice(0, 1) })).toEqual([
      'viewer 1 was shown Ann as writing a message on Page 0, at least 89.9 s after the last sign of it.',
    ])
  })
})

describe('A5', () => {
  const MIB = 1024 * 1024
  const sample = (
    phase: ResourceSample['phase'],
    changes: { sockets?: number; mib?: number; process?: number } = {},
  ): ResourceSample => ({
    ...{ at: 0, phase, process: changes.process ?? 0, rssBytes: (changes.mib ?? 200) * MIB },
    metrics: { copydesk_document_sockets: changes.sockets ?? 0 },
  })

  it('A5 · accepts that everything is back, and some memory that is kept', () => {
    const resources = [
      sample('before'),
      sample('during', { sockets: 9, mib: 900 }),
      sample('after', { mib: 400 }),
    ]
    expect(messagesOf(resourcesReturn, { resources })).toEqual([])
  })

  it('A5 · finds connections and memory that stay, on a server of its own', () => {
    const resources = [sample('before'), sample('after', { sockets: 1, mib: 900 })]
    expect(messagesOf(resourcesReturn, { resources })).toHaveLength(2)
    expect(messagesOf(resourcesReturn, { resources, isPrivate: false })).toEqual([])
    // Another process says nothing about the first one's memory.
    expect(
      messagesOf(resourcesReturn, {
        resources: [sample('before'), sample('after', { mib: 900, process: 1 })],
      }),
    ).toEqual([])
  })

  it('A5 · finds memory that climbs in a long run, not memory that goes up and down', () => {
    const run = (mibAt: (place: number) => number) =>
      messagesOf(resourcesReturn, {
        resources: Array.from({ length: 100 }, (_, place) => sample('during', { mib: mibAt(place) })),
      })
    expect(run((place) => 200 + (place % 10) * 30)).toEqual([])
    expect(run((place) => 200 + place * 5)).toHaveLength(1)
  })
})
