import fc from 'fast-check'
import { expect, test } from 'vitest'
import * as Y from 'yjs'
import type { PageClient } from '../support/page-client.ts'
import { chooseSeed, scale } from '../support/proof-scale.ts'
import { createSimulatedPage, type Outcome, type SimulatedPage } from '../support/simulated-page.ts'

const RUNS = scale(300, 20_000)
const CLIENTS = 4

type Action = (page: SimulatedPage) => void

const client = fc.nat({ max: CLIENTS - 1 })
const place = fc.constantFrom(0, 0.3, 0.6, 1)
const outcome = fc.oneof(
  { arbitrary: fc.constant<Outcome>('succeeds'), weight: 6 },
  { arbitrary: fc.constantFrom<Outcome>('fails', 'answer-lost', 'fails-for-too-long', 'late'), weight: 1 },
)

/** An action that a failing run prints in words. */
function named(name: string, act: Action): Action {
  return Object.assign(act, { [fc.toStringMethod]: () => name })
}

const action: fc.Arbitrary<Action> = fc.oneof(
  {
    weight: 10,
    arbitrary: fc
      .tuple(client, place)
      .map(([who, where]) => named(`write(${who}, ${where})`, (page) => page.write(who, where))),
  },
  {
    weight: 1,
    arbitrary: fc
      .tuple(client, place)
      .map(([who, where]) => named(`erase(${who}, ${where})`, (page) => page.erase(who, where))),
  },
  { weight: 5, arbitrary: client.map((who) => named(`connect(${who})`, (page) => page.connect(who))) },
  { weight: 2, arbitrary: client.map((who) => named(`disconnect(${who})`, (page) => page.disconnect(who))) },
  {
    weight: 40,
    arbitrary: fc
      .tuple(fc.nat({ max: 30 }), outcome)
      .map(([pick, how]) => named(`step(${pick}, ${how})`, (page) => page.step(pick, how))),
  },
  { weight: 1, arbitrary: fc.constant(named('killServer()', (page) => page.killServer())) },
)

/** Plays the actions, then lets everything come to rest and checks what must hold. */
async function play(actions: readonly Action[]): Promise<void> {
  const page = createSimulatedPage(CLIENTS)
  try {
    for (const act of actions) {
      act(page)
      await page.turn()
    }
    // Those who are there agree with the log, although others left in the middle of a sentence…
    await page.comeToRest({ withEverybody: false })
    expectEqual(page, page.present())
    // …and when everybody has come back, nothing that was ever written is missing.
    await page.comeToRest({ withEverybody: true })
    expectEqual(page, page.clients)
    expect([...page.stored().paragraphs].sort()).toEqual(page.expected())
  } finally {
    await page.close()
  }
}

function expectEqual(page: SimulatedPage, clients: readonly PageClient[]): void {
  expect(page.broken).toEqual([])
  const { seqs, doc: stored, paragraphs } = page.stored()
  expect(seqs).toEqual(seqs.map((_seq, index) => index + 1))
  for (const client of clients) {
    expect(client.paragraphs()).toEqual(paragraphs)
    expect(Y.decodeStateVector(Y.encodeStateVector(client.doc))).toEqual(
      Y.decodeStateVector(Y.encodeStateVector(stored)),
    )
    expect(client.faults).toEqual([])
  }
}

test(
  'C1 · D1 · whatever happens in whatever order, all end with the same page, and no promise is broken',
  async () => {
    const seed = chooseSeed('proof-interleavings')
    await fc.assert(
      fc.asyncProperty(fc.array(action, { minLength: 10, maxLength: 120, size: 'max' }), play),
      { seed, numRuns: RUNS },
    )
  },
  scale(60_000, 1_800_000),
)

// Runs that once failed, kept by name.

test('C1 · an edit that is committed while the page is being read is shown to whoever opens it', async () => {
  const page = createSimulatedPage(2)
  page.connect(0)
  await page.comeToRest({ withEverybody: false })
  page.write(0, 1)
  await page.happen('frame from 0')
  // The INSERT is under way and its author leaves: the page is unloaded, and opened again by another.
  page.disconnect(0)
  await page.happen('end noticed')
  page.connect(1)
  await page.happen('frame from 1')
  await page.happen('token accepted')
  await page.happen('read')
  await page.happen('commit')
  await page.happen('commit answered')
  await page.happen('read answered')
  await page.comeToRest({ withEverybody: false })
  expect(page.present()).toEqual([page.clients[1]])
  expectEqual(page, page.present())
  await page.close()
})

test('C1 · an edit that was given up, although it is committed, is shown to those who stayed', async () => {
  const page = createSimulatedPage(2)
  page.connect(0)
  page.connect(1)
  await page.comeToRest({ withEverybody: false })
  page.write(0, 1)
  await page.happen('frame from 0')
  await page.happen('commit', 'answer-lost')
  await page.happen('commit answered')
  await page.happen('retry')
  await page.happen('commit', 'fails-for-too-long')
  page.disconnect(0)
  await page.comeToRest({ withEverybody: false })
  // Whoever is sent away comes back by itself.
  page.connect(1)
  await page.comeToRest({ withEverybody: false })
  expect(page.present()).toEqual([page.clients[1]])
  expectEqual(page, page.present())
  await page.close()
})

test('C1 · a commit that was given up and that the database finishes later is shown at the next commit', async () => {
  const page = createSimulatedPage(2)
  page.connect(0)
  page.connect(1)
  await page.comeToRest({ withEverybody: false })
  await giveUpACommit(page)
  page.connect(1)
  for (const what of ['frame from 1', 'token accepted', 'read', 'read answered']) await page.happen(what)
  await page.happen('late commit')
  while (!page.clients[1]?.isSettled())
    await page.happen('frame to 1').catch(() => page.happen('frame from 1'))
  expect(page.clients[1]?.paragraphs()).toEqual([])
  page.write(1, 0)
  await page.happen('frame from 1')
  await page.happen('commit')
  await page.happen('commit answered')
  await page.happen('range read')
  await page.happen('frame to 1')
  await page.happen('frame to 1')
  await page.happen('frame to 1')
  expectEqual(page, page.present())
  await page.close()
})

test('C1 · and if nobody writes any more, it is shown a little later all the same', async () => {
  const page = createSimulatedPage(2)
  page.connect(0)
  page.connect(1)
  await page.comeToRest({ withEverybody: false })
  await giveUpACommit(page)
  page.connect(1)
  for (const what of ['frame from 1', 'token accepted', 'read', 'read answered']) await page.happen(what)
  await page.happen('late commit')
  await page.comeToRest({ withEverybody: false })
  expectEqual(page, page.present())
  expect(page.clients[1]?.paragraphs()).toHaveLength(1)
  await page.close()
})

/** Client 0 writes and leaves; the commit is given up, everybody is sent away, and its statement still waits. */
async function giveUpACommit(page: SimulatedPage): Promise<void> {
  page.write(0, 1)
  await page.happen('frame from 0')
  page.disconnect(0)
  await page.happen('commit', 'late')
  await page.happen('retry')
  await page.happen('commit', 'fails-for-too-long')
  await page.happen('end noticed')
  await page.happen('frame to 1')
  page.disconnect(1)
  await page.happen('end noticed').catch(() => undefined)
}
