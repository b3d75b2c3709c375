import { describe, expect, it } from 'vitest'
import { createPlan, type Keep, type SimulationPlan, shrinkPlan } from '../simulator/plan.ts'
import { crash } from '../simulator/scenarios/crash.ts'
import { minimize } from '../simulator/shrink/minimize.ts'
import { type ShrinkHint, shrink } from '../simulator/shrink/shrink.ts'

const KEEP_ALL: Keep = { clients: null, faults: null, steps: null, untilMs: null }
const PLAN = createPlan(crash, { ...crash.defaults, seed: 3, clients: 12, durationMs: 20_000, faults: null })
const NO_HINT: ShrinkHint = { untilMs: null, clients: [] }

/** Lets a made-up server fail where `breaks` says so, and counts how often it was asked. */
async function search(
  breaks: (plan: SimulationPlan) => boolean,
  { hint = NO_HINT, budgetMs = Number.POSITIVE_INFINITY, keep = KEEP_ALL } = {},
) {
  let spentMs = 0
  const attempts: string[] = []
  const found = await shrink({
    ...{ plan: PLAN, keep, hint },
    hasTimeFor: ({ durationMs }) => spentMs + durationMs <= budgetMs,
    async fails(plan, kept) {
      attempts.push(JSON.stringify(kept))
      spentMs += plan.durationMs
      return breaks(plan)
    },
  })
  return { kept: found, plan: shrinkPlan(PLAN, found), attempts, spentMs }
}

const has = (plan: SimulationPlan, ...names: readonly string[]) =>
  names.every((wanted) => plan.clients.some(({ name }) => name === wanted))

describe('leaving out what is not needed', () => {
  it('finds the items that matter, wherever they stand', async () => {
    const items = Array.from({ length: 40 }, (_, item) => item)
    for (const needed of [[0], [39], [3, 4], [5, 20, 33], [0, 13, 26, 39]]) {
      const found = await minimize(items, async (left) => needed.every((item) => left.includes(item)))
      expect(found).toEqual(needed)
    }
  })

  it('finds out that nothing matters, and that everything does', async () => {
    expect(await minimize([1, 2, 3], async () => true)).toEqual([])
    expect(await minimize([1, 2, 3, 4, 5], async () => false)).toEqual([1, 2, 3, 4, 5])
    expect(await minimize([1, 2, 3], async (left) => left.length === 3)).toEqual([1, 2, 3])
    expect(await minimize([], async () => false)).toEqual([])
  })

  it('asks far less often than there are subsets', async () => {
    let asked = 0
    const items = Array.from({ length: 64 }, (_, item) => item)
    await minimize(items, async (left) => {
      asked++
      return left.includes(17)
    })
    expect(asked).toBeLessThan(20)
  })
})

describe('the search for a smaller run', () => {
  it('keeps the clients, the fault and the time that it takes, and nothing else', async () => {
    const place = 2
    const at = PLAN.faults[place]?.at ?? 0
    const { plan, kept, attempts } = await search(
      (smaller) =>
        has(smaller, 'author 2', 'author 9') &&
        smaller.faults.some((fault) => fault.at === at) &&
        smaller.clients.every(({ steps }) => steps.length >= 3),
    )
    expect(plan.clients.map(({ name }) => name)).toEqual(['author 2', 'author 9'])
    expect(kept.faults).toEqual([place])
    expect(new Set(attempts).size).toBe(attempts.length)
    expect(plan.durationMs).toBeLessThan(at * 2 + 100)
    expect(Math.max(...plan.clients.map(({ steps }) => steps.length))).toBeLessThan(6)
  })

  it('is done in a few attempts when the finding says where to look', async () => {
    const breaks = (smaller: SimulationPlan) => has(smaller, 'author 2', 'author 9')
    const hint = { untilMs: 3_010, clients: ['author 2', 'author 9'] }
    const led = await search(breaks, { hint })
    const blind = await search(breaks)
    expect(led.plan.clients).toHaveLength(2)
    expect(led.spentMs).toBeLessThan(blind.spentMs / 2)
  })

  it('does not believe a hint that leads nowhere', async () => {
    const hint = { untilMs: 500, clients: ['author 1'] }
    const { plan } = await search((smaller) => has(smaller, 'author 7') && smaller.durationMs > 4_000, {
      hint,
    })
    expect(plan.clients.map(({ name }) => name)).toEqual(['author 7'])
    expect(plan.durationMs).toBeGreaterThan(4_000)
  })

  it('ends when its time is over, with what it has', async () => {
    const { spentMs, plan } = await search((smaller) => has(smaller, 'author 2'), { budgetMs: 45_000 })
    expect(spentMs).toBeLessThanOrEqual(45_000)
    expect(plan.clients.length).toBeLessThan(PLAN.clients.length)
    expect(has(plan, 'author 2')).toBe(true)
  })

  it('tries shorter ones of a run that is too long to be tried again', async () => {
    const { plan } = await search(() => true, { budgetMs: 12_000 })
    expect(plan.durationMs).toBeLessThanOrEqual(10_000)
  })

  it('answers what it was given when nothing smaller breaks', async () => {
    const keep = { ...KEEP_ALL, clients: ['author 1', 'author 3'] }
    expect((await search(() => false)).kept).toEqual(KEEP_ALL)
    expect((await search(() => false, { keep })).kept).toEqual(keep)
  })
})
