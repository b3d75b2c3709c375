import { describe, expect, test } from 'vitest'
import * as Y from 'yjs'
import type { Change } from '../../server/documents/commit-log.ts'
import {
  BUSY_INTERVAL_MS,
  type CommitQueueDeps,
  type CommitRequest,
  createCommitQueue,
  MAX_WAIT_MS,
  MAX_WAITING_BYTES,
  mergeByAuthor,
  WAITING_OVERHEAD_BYTES,
} from '../../server/documents/commit-queue.ts'
import type { WritePermit } from '../../server/documents/connection-context.ts'

const LIMIT_BYTES = 2 * MAX_WAITING_BYTES

/** A log whose commits a test finishes by hand, a clock that moves only by waiting, and a list of what happened. */
function setUp(prepare: CommitQueueDeps['prepare'] = () => undefined) {
  const commits: {
    changes: readonly Change[]
    succeed: (except?: string) => void
    fail: (error: Error) => void
  }[] = []
  const happened: string[] = []
  const sizes: Record<string, number> = {}
  const waits: number[] = []
  let now = 0
  let notify: () => void = () => undefined
  const queue = createCommitQueue({
    log: {
      append: (changes) =>
        new Promise((resolve, reject) => {
          commits.push({
            changes,
            succeed: (except) =>
              resolve(
                new Map(
                  changes
                    .filter(({ pageId }) => pageId !== except)
                    .map(({ pageId }) => [pageId, { first: 1, last: 1 }]),
                ),
              ),
            fail: reject,
          })
          notify()
        }),
    },
    prepare,
    apply: (pageId, updates) => happened.push(`applied ${updates.length} to ${pageId}`),
    sizes: {
      limitBytes: LIMIT_BYTES,
      hasRoom: (pageId, bytes, taken) => (sizes[pageId] ?? 0) + taken + bytes <= LIMIT_BYTES,
    },
    doubt: (pageId) => happened.push(`doubted ${pageId}`),
    logger: { warn: () => undefined, error: () => undefined },
    metrics: { observeCommit: () => undefined, observeFailedCommit: () => undefined },
    isTransient: (error) => (error as Error).message === 'away',
    now: () => now,
    delay: async (ms) => {
      waits.push(ms)
      now += ms
    },
  })
  const commit = (
    pageId: string,
    userId = 'ann',
    update: Uint8Array = insert(`${pageId} ${userId}`),
    more: Pick<CommitRequest, 'permit' | 'shrinks'> = {},
  ) =>
    new Promise<void>((resolve) => {
      const tell = (what: string) => {
        happened.push(what)
        resolve()
      }
      queue.enqueue({
        ...{ pageId, userId, connectionId: null, update, ...more },
        committed: () => tell(`committed ${pageId} ${userId}`),
        refused: (error) => tell(`refused ${pageId} ${userId}: ${error.code}`),
      })
    })
  return {
    queue,
    commit,
    commits,
    happened,
    sizes,
    waits,
    pass(ms: number) {
      now += ms
    },
    /** The nth commit, once it has been started. */
    async started(index: number) {
      while (commits[index] === undefined) {
        await new Promise<void>((resolve) => {
          notify = resolve
        })
      }
      return commits[index]
    },
  }
}

function insert(text: string): Uint8Array {
  const doc = new Y.Doc()
  doc.getText('t').insert(0, text)
  return Y.encodeStateAsUpdate(doc)
}

const away = () => new Error('away')

describe('the commit queue', () => {
  test('commits alone what comes alone, and together what gathers meanwhile', async () => {
    const { commit, started, happened } = setUp()
    const all = [commit('p1'), commit('p1'), commit('p2'), commit('p1', 'bob')]
    const first = await started(0)
    expect(first.changes).toHaveLength(1)
    expect(happened).toEqual([])
    first.succeed()
    const second = await started(1)
    expect(second.changes.map(({ pageId, userId }) => `${pageId} ${userId}`)).toEqual([
      'p1 ann',
      'p2 ann',
      'p1 bob',
    ])
    second.succeed()
    await Promise.all(all)
    // Everybody sees a change before its author hears that it is saved.
    expect(happened).toEqual([
      'applied 1 to p1',
      'committed p1 ann',
      'applied 2 to p1',
      'applied 1 to p2',
      'committed p1 ann',
      'committed p2 ann',
      'committed p1 bob',
    ])
  })

  test.each([
    [200, []],
    [500, [BUSY_INTERVAL_MS]],
  ])('at %i changes a second lets the next commit wait for more: %j ms', async (perSecond, expectedMs) => {
    const { commit, started, pass, waits } = setUp()
    const all: Promise<void>[] = []
    for (let index = 0; index < perSecond; index++) {
      all.push(commit('p1'))
      pass(1_000 / perSecond)
    }
    const first = await started(0)
    first.succeed()
    const second = await started(1)
    all.push(commit('p1'))
    second.succeed()
    const third = await started(2)
    third.succeed()
    await Promise.all(all)
    expect(waits).toEqual(expectedMs)
  })

  test('D1 · resolves nothing before its commit has succeeded', async () => {
    const { commit, started, happened } = setUp()
    const done = commit('p1')
    const attempt = await started(0)
    await new Promise((resolve) => setImmediate(resolve))
    expect(happened).toEqual([])
    attempt.succeed()
    await done
    expect(happened).toEqual(['applied 1 to p1', 'committed p1 ann'])
  })

  test('D3 · tries again while the database is away, in the same order', async () => {
    const { commit, started, happened, commits } = setUp()
    const all = [commit('p1'), commit('p2')]
    ;(await started(0)).fail(away())
    ;(await started(1)).fail(away())
    expect(commits[1]?.changes).toEqual(commits[0]?.changes)
    ;(await started(2)).succeed()
    ;(await started(3)).succeed()
    await Promise.all(all)
    expect(happened).toEqual(['applied 1 to p1', 'committed p1 ann', 'applied 1 to p2', 'committed p2 ann'])
  })

  test('D3 · tells the sender when the database stays away too long, and goes on with the next', async () => {
    const { commit, started, happened } = setUp()
    const first = commit('p1')
    let attempts = 0
    while (happened.length === 0 && attempts < 1000) {
      ;(await started(attempts)).fail(away())
      attempts++
      await new Promise((resolve) => setImmediate(resolve))
    }
    await first
    expect(happened).toEqual(['refused p1 ann: storage-unavailable', 'doubted p1'])
    expect(attempts).toBeGreaterThan(MAX_WAIT_MS / 1000)
    const next = commit('p2')
    ;(await started(attempts)).succeed()
    await next
    expect(happened).toContain('committed p2 ann')
  })

  test('A5 · refuses what would not fit any more, and takes changes again when there is room', async () => {
    const { commit, started, happened } = setUp()
    const big = new Uint8Array(MAX_WAITING_BYTES - WAITING_OVERHEAD_BYTES)
    const first = commit('p1', 'ann', big)
    await commit('p2')
    expect(happened).toEqual(['refused p2 ann: storage-unavailable'])
    ;(await started(0)).succeed()
    await first
    const again = commit('p2')
    ;(await started(1)).succeed()
    await again
    expect(happened.at(-1)).toBe('committed p2 ann')
  })

  test('A5 · bounds very many very small changes too', async () => {
    const { commit, started, happened } = setUp()
    const small = insert('a')
    const room = Math.floor(MAX_WAITING_BYTES / (small.byteLength + WAITING_OVERHEAD_BYTES))
    const all = Array.from({ length: room }, () => commit('p1', 'ann', small))
    await started(0)
    expect(happened).toEqual([])
    await commit('p1', 'ann', small)
    expect(happened).toEqual(['refused p1 ann: storage-unavailable'])
    expect(all).toHaveLength(room)
  })

  test('a change that cannot be committed takes no other page with it', async () => {
    const { commit, started, happened } = setUp()
    const all = [commit('p0'), commit('bad'), commit('good')]
    ;(await started(0)).succeed()
    ;(await started(1)).fail(new Error('violates something'))
    ;(await started(2)).fail(new Error('violates something'))
    ;(await started(3)).succeed()
    await Promise.all(all)
    expect(happened).toEqual([
      'applied 1 to p0',
      'committed p0 ann',
      'refused bad ann: storage-unavailable',
      'applied 1 to good',
      'committed good ann',
    ])
  })

  test('a page that is gone is told so', async () => {
    const { commit, started, happened } = setUp()
    const done = commit('gone')
    ;(await started(0)).succeed('gone')
    await done
    expect(happened).toEqual(['refused gone ann: page-deleted'])
  })

  test('V2 · closing waits for what has come in and refuses what comes later', async () => {
    const { queue, commit, started, happened } = setUp()
    const all = [commit('p1'), commit('p2')]
    const closed = queue.close().then(() => happened.push('closed'))
    await commit('late')
    ;(await started(0)).succeed()
    ;(await started(1)).succeed()
    await Promise.all([...all, closed])
    expect(happened).toEqual([
      'refused late ann: storage-unavailable',
      'applied 1 to p1',
      'committed p1 ann',
      'applied 1 to p2',
      'committed p2 ann',
      'closed',
    ])
  })
})

describe('a change that waits', () => {
  const createPermit = () =>
    ({ pageId: 'p1', endedWith: null, isFull: false, isBehind: false }) as unknown as WritePermit & {
      isFull: boolean
    }
  const deletion = () => {
    const doc = new Y.Doc()
    doc.getText('t').insert(0, 'x')
    let update = new Uint8Array()
    doc.on('update', (bytes: Uint8Array) => {
      update = Uint8Array.from(bytes)
    })
    doc.getText('t').delete(0, 1)
    return update
  }

  test('A2 · is refused, with the reason, if its author may not write any more when its turn comes', async () => {
    const { commit, started, happened, commits, queue } = setUp()
    const permit = createPermit()
    const first = commit('p1', 'bob')
    const waits = commit('p1', 'ann', undefined, { permit })
    expect([...queue.permits()]).toEqual([permit])
    permit.endedWith = 'access-changed'
    ;(await started(0)).succeed()
    await Promise.all([first, waits])
    expect(happened).toEqual(['applied 1 to p1', 'committed p1 bob', 'refused p1 ann: access-changed'])
    expect(commits).toHaveLength(1)
    expect([...queue.permits()]).toEqual([])
  })

  test('A2 · is refused also between two attempts, and what shows the page must read it again', async () => {
    const { commit, started, happened, commits } = setUp()
    const permit = createPermit()
    const all = [commit('p1', 'ann', undefined, { permit }), commit('p1', 'ann', undefined, { permit })]
    const attempt = await started(0)
    permit.endedWith = 'session-ended'
    attempt.fail(away())
    await Promise.all(all)
    expect(happened).toEqual(['refused p1 ann: session-ended', 'doubted p1', 'refused p1 ann: session-ended'])
    expect(commits).toHaveLength(1)
  })

  test('A2 · is refused if its author may not write any more when what it names has been prepared; nobody passes it meanwhile', async () => {
    const prepared: (() => void)[] = []
    const { commit, started, happened, commits } = setUp(
      () => new Promise<void>((resolve) => prepared.push(resolve)),
    )
    const permit = createPermit()
    const first = commit('p1', 'ann', undefined, { permit })
    const second = commit('p1', 'bob')
    const next = () => expect.poll(() => prepared.length).toBe(1)
    await next()
    permit.endedWith = 'access-changed'
    prepared.pop()?.()
    await first
    expect([happened, commits.length]).toEqual([['refused p1 ann: access-changed'], 0])
    await next()
    prepared.pop()?.()
    ;(await started(0)).succeed()
    await second
    expect(happened.slice(1)).toEqual(['applied 1 to p1', 'committed p1 bob'])
  })

  test('is prepared again with each attempt', async () => {
    let times = 0
    const { commit, started, happened } = setUp(async () => void times++)
    const all = commit('p1')
    ;(await started(0)).fail(away())
    ;(await started(1)).succeed()
    await all
    expect([times, happened]).toEqual([2, ['applied 1 to p1', 'committed p1 ann']])
  })

  test('a group of which nothing is left does not keep the next one from being committed', async () => {
    const { commit, started, happened } = setUp()
    await commit('p1', 'ann', undefined, { permit: { ...createPermit(), endedWith: 'session-ended' } })
    const next = commit('p1', 'bob')
    ;(await started(0)).succeed()
    await next
    expect(happened).toEqual(['refused p1 ann: session-ended', 'applied 1 to p1', 'committed p1 bob'])
  })

  test('A5 · is refused if its page is full, and so is what the same connection wrote on top of it', async () => {
    const { commit, started, happened, sizes } = setUp()
    const permit = createPermit()
    const other = createPermit()
    sizes['p1'] = LIMIT_BYTES - 100
    const first = commit('p0')
    const all = [
      commit('p1', 'ann', new Uint8Array(200).fill(1), { permit }),
      commit('p1', 'ann', insert('y'), { permit }),
      commit('p1', 'ann', deletion(), { permit }),
      commit('p1', 'bob', insert('y'), { permit: other }),
      commit('p1', 'eve', new Uint8Array(100).fill(1), { shrinks: () => false }),
      commit('p1', 'service', Y.mergeUpdates([insert('z'.repeat(200))]), { shrinks: () => true }),
    ]
    ;(await started(0)).succeed()
    ;(await started(1)).succeed()
    await Promise.all([first, ...all])
    expect(happened.slice(2)).toEqual([
      'refused p1 ann: page-too-large',
      'refused p1 ann: page-too-large',
      'refused p1 eve: page-too-large',
      'applied 3 to p1',
      'committed p1 ann',
      'committed p1 bob',
      'committed p1 service',
    ])
    expect([permit.isFull, other.isFull]).toEqual([true, false])
  })
})

describe('merging', () => {
  test('makes one row of an author’s changes to a page, holding all of them', () => {
    const doc = new Y.Doc()
    const updates: Uint8Array[] = []
    doc.on('update', (update: Uint8Array) => updates.push(update))
    const letters = 'merge me '.repeat(1_000)
    for (const letter of letters) doc.getText('t').insert(doc.getText('t').length, letter)
    const rows = mergeByAuthor(
      updates.map((update) => ({ pageId: 'p', userId: 'ann', connectionId: null, update })),
    )
    expect(rows).toHaveLength(1)
    const copy = new Y.Doc()
    Y.applyUpdate(copy, rows[0]?.update as Uint8Array)
    expect(copy.getText('t').toString()).toBe(letters)
  })
})
