import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { ApiError } from '../../editor/api/api-error.ts'
import { sendBytes } from '../../editor/api/request.ts'
import {
  createHttpSync,
  HIDDEN_MS,
  IDLE_MS,
  QUICK_MS,
  REQUEST_MS,
  SLOWEST_UPLOAD_BYTES_PER_S,
} from '../../editor/collaboration/http-sync.ts'
import {
  computeSaveState,
  INITIAL_FACTS,
  reduceFacts,
  type SaveEvent,
  type SaveFacts,
} from '../../editor/collaboration/save-state.ts'
import type { ProblemCode } from '../../shared/api/problem.ts'
import type { SyncAnswer, SyncCursor, SyncRequest } from '../../shared/api/sync.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => void vi.useRealTimers())

const OPENED: Extract<SaveEvent, { kind: 'offline-copy-opened' }> = {
  kind: 'offline-copy-opened',
  hasContent: true,
  access: 'read-write',
  pendingSince: null,
  earlierChanges: 0,
  savedAt: null,
}

type Outcome = 'stored' | 'forgotten' | 'answer lost' | ApiError

/** A page on a server that answers when the test says so, and a document session's part of the bargain. */
function setUp({ doc = new Y.Doc(), pendingSince = null as number | null } = {}) {
  const page = new Y.Doc()
  const requests: SyncRequest[] = []
  const answers: ((outcome: Outcome) => Promise<void>)[] = []
  let facts: SaveFacts = reduceFacts(INITIAL_FACTS, { ...OPENED, pendingSince })
  const world = {
    canWrite: true,
    isHidden: false,
    abortions: 0,
    head: 4,
    cursors: [] as SyncCursor[],
    onProgress: (): void => undefined,
  }
  const onEvent = (event: SaveEvent): void => {
    facts = reduceFacts(facts, event)
  }
  doc.on('update', (_update: Uint8Array, origin: unknown) => {
    if (!sync.isOrigin(origin)) onEvent({ kind: 'edited', at: Date.now() })
  })
  const awareness = new Awareness(doc)
  const sync = createHttpSync({
    doc,
    awareness,
    hasUnsaved: () => facts.pendingSince !== null,
    isHidden: () => world.isHidden,
    onEvent,
    now: Date.now,
    random: () => 1,
    send: (request, signal, onProgress) =>
      new Promise<SyncAnswer>((resolve, reject) => {
        requests.push(request)
        world.onProgress = onProgress
        signal.addEventListener('abort', () => {
          world.abortions++
          reject(new ApiError('network', 'aborted'))
        })
        answers.push(async (outcome) => {
          if (outcome instanceof ApiError) reject(outcome)
          else {
            if (outcome !== 'forgotten') for (const update of request.updates) Y.applyUpdate(page, update)
            if (outcome === 'answer lost') reject(new ApiError('network', 'lost'))
            if (request.updates.length > 0 && outcome !== 'forgotten') world.head++
            const missing = Y.encodeStateAsUpdate(page, request.stateVector)
            const stateVector = Y.encodeStateVector(page)
            const { head, canWrite, cursors } = world
            resolve({ head, canWrite, missing, stateVector, cursors: [...cursors] })
          }
          await vi.advanceTimersByTimeAsync(0)
        })
      }),
  })
  return {
    sync,
    doc,
    awareness,
    page,
    requests,
    world,
    state: () => computeSaveState(facts),
    /** Answers the request that is under way. */
    async answer(outcome: Outcome = 'stored') {
      const reply = answers.shift()
      if (reply === undefined) throw new Error('nothing was asked')
      await reply(outcome)
    },
    pass: (ms: number) => vi.advanceTimersByTimeAsync(ms),
    async begin() {
      sync.start()
      await vi.advanceTimersByTimeAsync(0)
    },
  }
}

const write = (doc: Y.Doc, text: string): void => doc.getText('t').insert(doc.getText('t').length, text)
const read = (doc: Y.Doc): string => doc.getText('t').toString()
const problem = (code: ProblemCode, status: number, retryAfterMs?: number): ApiError =>
  new ApiError(code, code, {
    type: 'about:blank',
    title: code,
    status,
    code,
    ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
  })

describe('what is saved', () => {
  test('D1 · V1 · an edit is saved when the answer to the request that carried it is here, not before', async () => {
    const { sync, doc, page, requests, state, answer, pass, begin } = setUp()
    await begin()
    expect(state().kind).toBe('loading')
    await answer()
    expect(state()).toMatchObject({ kind: 'saved', transport: 'http' })
    write(doc, 'one')
    expect(state()).toEqual({ kind: 'saving', transport: 'http' })
    await pass(QUICK_MS)
    expect(requests).toHaveLength(2)
    // Written while the request is under way: its answer says nothing about this.
    write(doc, ' two')
    await pass(QUICK_MS * 3)
    expect(requests, 'one at a time').toHaveLength(2)
    await answer()
    expect(read(page)).toBe('one')
    expect(state().kind).toBe('saving')
    await pass(QUICK_MS)
    await answer()
    expect(read(page)).toBe('one two')
    expect(state().kind).toBe('saved')
    await pass(IDLE_MS)
    // Only a document that is exactly the page at that head says so.
    expect(requests.map(({ head }) => head)).toEqual([0, 0, 0, 6])
    write(doc, ' three')
    await answer()
    await pass(QUICK_MS)
    expect(requests.at(-1)).toMatchObject({ head: 0 })
    sync.stop()
  })

  test('C2 · V1 · what an earlier visit left is found out and sent first, deletions included', async () => {
    const doc = new Y.Doc()
    write(doc, 'kept deleted')
    const before = Y.encodeStateAsUpdate(doc)
    doc.getText('t').delete(4, 8)
    const { sync, page, requests, state, answer, pass, begin } = setUp({ doc, pendingSince: 3 })
    Y.applyUpdate(page, before)
    await begin()
    await answer()
    expect(requests[0]?.updates).toEqual([])
    expect(state().kind).toBe('saving')
    await pass(0)
    await answer()
    expect(read(page)).toBe('kept')
    expect(state().kind).toBe('saved')
    sync.stop()
  })

  test('C2 · V1 · after a lost answer the same is found out and sent again, and saved only then', async () => {
    const { sync, doc, page, state, answer, pass, begin } = setUp()
    await begin()
    await answer()
    write(doc, 'once')
    await pass(QUICK_MS)
    await answer('answer lost')
    expect(state()).toMatchObject({ kind: 'offline', unsyncedChanges: 1, hasUnsaved: true })
    write(doc, ' more')
    await pass(1000)
    await answer()
    expect(state().kind).toBe('saving')
    await pass(0)
    await answer()
    expect(read(page)).toBe('once more')
    expect(state().kind).toBe('saved')
    sync.stop()
  })

  test('D1 · a page that lacks what it said it had stored is not called saved', async () => {
    const { sync, doc, page, state, answer, pass, begin } = setUp()
    await begin()
    await answer()
    write(doc, 'gone')
    await pass(QUICK_MS)
    await answer('forgotten')
    expect(state().kind).toBe('offline')
    await pass(500)
    await answer()
    await pass(0)
    await answer()
    expect(read(page)).toBe('gone')
    expect(state().kind).toBe('saved')
    sync.stop()
  })
})

describe('how often it asks', () => {
  test('V1 · soon after edits here and elsewhere, then more and more rarely, and hardly at all unseen', async () => {
    const { sync, doc, page, requests, world, answer, pass, begin } = setUp()
    await begin()
    await answer()
    const pauses: number[] = []
    const measure = async (): Promise<void> => {
      const from = Date.now()
      const before = requests.length
      while (requests.length === before) await pass(50)
      pauses.push(Date.now() - from)
      await answer()
    }
    for (let round = 0; round < 10; round++) await measure()
    expect(pauses).toEqual([...pauses].sort((a, b) => a - b))
    expect(pauses[0]).toBeLessThanOrEqual(2 * QUICK_MS)
    expect(pauses.at(-1)).toBe(IDLE_MS)

    pauses.length = 0
    write(page, 'elsewhere')
    await measure()
    await measure()
    expect(read(doc)).toBe('elsewhere')
    expect(pauses).toEqual([IDLE_MS, QUICK_MS])
    expect(requests.at(-1)?.updates, 'what came from the page is not sent back').toEqual([])

    world.isHidden = true
    await measure()
    pauses.length = 0
    await measure()
    expect(pauses).toEqual([HIDDEN_MS])
    pauses.length = 0
    write(doc, 'here')
    await measure()
    expect(pauses).toEqual([QUICK_MS])
    sync.hurry()
    await pass(0)
    await answer()
    sync.stop()
  })

  test('V1 · once stopped it asks no more, and a late answer changes nothing', async () => {
    const { sync, doc, page, requests, world, state, pass, begin } = setUp()
    write(page, 'late')
    await begin()
    sync.stop()
    expect(world.abortions).toBe(1)
    write(doc, 'x')
    await pass(60_000)
    expect(requests).toHaveLength(1)
    expect(read(doc)).toBe('x')
    expect(state().kind).toBe('loading')
  })

  test('V1 · a request that is not answered is given up', async () => {
    const { sync, requests, state, pass, begin } = setUp()
    await begin()
    await pass(15_000)
    expect(state().kind).toBe('offline')
    await pass(500)
    expect(requests).toHaveLength(2)
    sync.stop()
  })
})

describe('what goes wrong', () => {
  test('D3 · V1 · failures are told as they are and tried again, further and further apart', async () => {
    const cases: [ApiError, string][] = [
      [new ApiError('network', ''), 'offline'],
      [new ApiError('unexpected-answer', ''), 'offline'],
      [problem('internal', 500), 'offline'],
      [problem('storage-unavailable', 503), 'storage-unavailable'],
    ]
    for (const [error, kind] of cases) {
      const { sync, doc, requests, state, answer, pass, begin } = setUp()
      await begin()
      await answer()
      write(doc, 'waits')
      await pass(QUICK_MS)
      await answer(error)
      expect(state()).toMatchObject({ kind, hasUnsaved: true })
      await pass(500)
      await answer(error)
      write(doc, ' and typing on does not hurry it')
      await pass(900)
      expect(requests).toHaveLength(3)
      await pass(100)
      await answer()
      await pass(0)
      await answer()
      expect(state().kind).toBe('saved')
      sync.stop()
    }
  })

  test('V3 · told to slow down, it waits as long as it was told', async () => {
    const { sync, requests, answer, pass, begin } = setUp()
    await begin()
    await answer(problem('rate-limited', 429, 7000))
    await pass(6999)
    expect(requests).toHaveLength(1)
    await pass(1)
    expect(requests).toHaveLength(2)
    sync.stop()
  })

  test('A2 · V1 · a refusal that will not change ends it and says why', async () => {
    const cases: [ApiError, string][] = [
      [problem('token-invalid', 401), 'signed-out'],
      [problem('refresh-token-missing', 401), 'signed-out'],
      [problem('forbidden', 403), 'forbidden'],
      [problem('origin-not-allowed', 403), 'origin-not-allowed'],
      [problem('not-found', 404), 'page-not-found'],
      [problem('page-unreadable', 500), 'page-unreadable'],
      [problem('payload-too-large', 413), 'update-too-large'],
    ]
    for (const [error, reason] of cases) {
      const { sync, requests, state, answer, pass, begin } = setUp()
      await begin()
      await answer(error)
      expect(state()).toMatchObject({ kind: 'refused', reason })
      expect(sync.isRunning()).toBe(false)
      await pass(60_000)
      expect(requests).toHaveLength(1)
    }
  })

  test('A2 · V1 · who may only read any longer is told so, and told of the edits that were not taken', async () => {
    const { sync, doc, page, world, state, answer, pass, begin } = setUp()
    await begin()
    await answer()
    write(doc, 'too late')
    world.canWrite = false
    await pass(QUICK_MS)
    await answer(problem('forbidden', 403))
    expect(state().kind).toBe('saving')
    await pass(500)
    await answer()
    expect(state()).toEqual({
      kind: 'read-only',
      hasUnsaved: true,
      isConnected: true,
      transport: 'http',
      isOutdated: false,
    })
    expect(read(page)).toBe('')
    world.canWrite = true
    await pass(IDLE_MS)
    await answer()
    await pass(0)
    await answer()
    expect(read(page)).toBe('too late')
    expect(state().kind).toBe('saved')
    sync.stop()
  })

  test('A5 · more than one request may carry is not sent', async () => {
    const { sync, doc, requests, state, answer, pass, begin } = setUp()
    await begin()
    await answer()
    write(doc, 'x'.repeat(5 * 1024 * 1024))
    await pass(QUICK_MS)
    expect(requests).toHaveLength(1)
    expect(state()).toMatchObject({ kind: 'refused', reason: 'update-too-large', hasUnsaved: true })
    sync.stop()
  })

  test('V1 · when the network went, the request under way is given up at once', async () => {
    const { sync, doc, world, state, answer, pass, begin } = setUp()
    await begin()
    await answer()
    write(doc, 'x')
    await pass(QUICK_MS)
    sync.checkNetwork()
    expect(world.abortions).toBe(1)
    expect(state()).toMatchObject({ kind: 'offline', hasUnsaved: true })
    sync.stop()
  })
})

describe('V1 · cursors', () => {
  const bobs = (at: number, clock = at): SyncCursor => ({ clientId: 7, clock, state: { cursor: at } })

  test('ours goes out with each request, and soon after it has moved', async () => {
    const { sync, awareness, requests, answer, pass, begin } = setUp()
    await begin()
    await answer()
    await pass(IDLE_MS)
    await answer()
    const before = requests.length
    awareness.setLocalState({ cursor: 1 })
    await pass(QUICK_MS)
    expect(requests).toHaveLength(before + 1)
    expect(requests.at(-1)?.cursor).toMatchObject({ clientId: awareness.clientID, state: { cursor: 1 } })
    sync.stop()
  })

  test('the others’ are shown as answered: new, moved, gone, and back with the clock they went with', async () => {
    const { sync, awareness, world, answer, pass, begin } = setUp()
    const seen = () => awareness.getStates().get(7)
    await begin()
    for (const [cursors, state] of [
      [[bobs(1)], { cursor: 1 }],
      [[bobs(2)], { cursor: 2 }],
      [[bobs(9, 1)], { cursor: 2 }],
      [[], undefined],
      [[bobs(2)], { cursor: 2 }],
    ] as const) {
      world.cursors = [...cursors]
      await answer()
      expect(seen()).toEqual(state)
      // Somebody moves: the next look is soon.
      await pass(QUICK_MS * 2)
    }
    sync.stop()
  })
})

describe('V1 · a slow line', () => {
  test('an answer is waited for as long as some of it comes in, and given up when nothing does', async () => {
    const { sync, world, requests, answer, pass, begin, state } = setUp()
    await begin()
    for (let piece = 0; piece < 10; piece++) {
      await pass(REQUEST_MS - 1)
      world.onProgress()
    }
    expect(world.abortions).toBe(0)
    await answer()
    expect(state().kind).toBe('saved')
    await pass(IDLE_MS)
    expect(requests).toHaveLength(2)
    await pass(REQUEST_MS + 1_000)
    expect(world.abortions).toBe(1)
    sync.stop()
  })

  test('a large request has the time that sending it takes', async () => {
    const { sync, doc, world, answer, pass, begin } = setUp()
    await begin()
    await answer()
    write(doc, 'x'.repeat(10 * SLOWEST_UPLOAD_BYTES_PER_S))
    await pass(QUICK_MS)
    await pass(REQUEST_MS + 9_000)
    expect(world.abortions).toBe(0)
    await pass(2_000)
    expect(world.abortions).toBe(1)
    sync.stop()
  })
})

test('V1 · bytes that are answered in pieces are put together, and each piece is reported', async () => {
  const pieces = [Uint8Array.of(1, 2), Uint8Array.of(3)]
  const fetch = async () =>
    new Response(
      new ReadableStream({
        start(controller) {
          for (const piece of pieces) controller.enqueue(piece)
          controller.close()
        },
      }),
    )
  const onProgress = vi.fn()
  const { signal } = new AbortController()
  const sent = sendBytes(fetch, '/', { body: new Uint8Array(), token: 'token', signal, onProgress })
  expect(await sent).toEqual(Uint8Array.of(1, 2, 3))
  expect(onProgress).toHaveBeenCalledTimes(2)
})
