import { describe, expect, it } from 'vitest'
import { createPlan, shrinkPlan } from '../simulator/plan.ts'
import { createRandom } from '../simulator/random.ts'
import { SCENARIOS } from '../simulator/scenarios/scenarios.ts'

const OPTIONS = { seed: 7, clients: 10, pages: 3, durationMs: 20_000, rate: 4, faults: null }
const KEEP_ALL = { clients: null, faults: null, steps: null, untilMs: null }

describe('random choices', () => {
  it('are the same for the same seed and name, whatever was drawn before', () => {
    const random = createRandom(1)
    const fork = random.fork('author 3')
    const drawn = [fork.next(), fork.next()]
    const other = createRandom(1)
    other.next()
    other.fork('author 2').next()
    const again = other.fork('author 3')
    expect([again.next(), again.next()]).toEqual(drawn)
    expect(createRandom(2).fork('author 3').next()).not.toBe(drawn[0])
    expect(random.fork('author 4').next()).not.toBe(drawn[0])
  })

  it('follow their weights', () => {
    const random = createRandom(5)
    const counts = { often: 0, seldom: 0, never: 0 }
    for (let draw = 0; draw < 4_000; draw++) counts[random.weighted({ often: 3, seldom: 1, never: 0 })]++
    expect(counts.never).toBe(0)
    expect(counts.often / counts.seldom).toBeGreaterThan(2.5)
    expect(counts.often / counts.seldom).toBeLessThan(3.5)
  })

  it('stay within their bounds', () => {
    const random = createRandom(9)
    const drawn = new Set(Array.from({ length: 500 }, () => random.integer(2, 5)))
    expect([...drawn].sort()).toEqual([2, 3, 4, 5])
    expect(() => random.pick([])).toThrow(RangeError)
  })
})

describe.each(SCENARIOS.map((scenario) => [scenario.name, scenario] as const))(
  'the plan of %s',
  (_name, scenario) => {
    it('is the same for the same seed, and another for another', () => {
      const plan = createPlan(scenario, OPTIONS)
      expect(createPlan(scenario, OPTIONS)).toEqual(plan)
      expect(createPlan(scenario, { ...OPTIONS, seed: 8 }).clients).not.toEqual(plan.clients)
    })

    it('has as many clients as were asked for, with steps in the order of time', () => {
      const { clients } = createPlan(scenario, OPTIONS)
      expect(clients).toHaveLength(OPTIONS.clients)
      expect(new Set(clients.map(({ name }) => name)).size).toBe(OPTIONS.clients)
      for (const { steps, pages } of clients) {
        expect(steps.map(({ at }) => at)).toEqual(steps.map(({ at }) => at).sort((a, b) => a - b))
        expect(steps.every(({ at, page }) => at < OPTIONS.durationMs && pages.includes(page))).toBe(true)
        expect(pages.every((page) => page >= 0 && page < OPTIONS.pages)).toBe(true)
      }
    })

    it('does not change for those who stay when it is shrunk', () => {
      const plan = createPlan(scenario, OPTIONS)
      const kept = plan.clients[3]
      const shrunk = shrinkPlan(plan, { ...KEEP_ALL, clients: [kept?.name ?? ''], faults: [0], steps: 5 })
      expect(shrunk.clients).toEqual([{ ...kept, steps: kept?.steps.slice(0, 5) }])
      expect(shrunk.faults).toEqual(plan.faults.slice(0, 1))
      expect(shrinkPlan(plan, KEEP_ALL)).toEqual(plan)
      const early = shrinkPlan(plan, { ...KEEP_ALL, untilMs: 3_000 })
      expect(early.durationMs).toBe(3_000)
      expect(early.clients.flatMap(({ steps }) => steps).every(({ at }) => at < 3_000)).toBe(true)
    })
  },
)

describe('the rate', () => {
  it('is what each does in a second, on the average', () => {
    const [everyday] = SCENARIOS
    if (everyday === undefined) throw new Error('there is no scenario')
    const { clients } = createPlan(everyday, { ...OPTIONS, durationMs: 200_000 })
    const perSecond = (clients[0]?.steps.length ?? 0) / 200
    expect(perSecond).toBeGreaterThan(OPTIONS.rate * 0.7)
    expect(perSecond).toBeLessThan(OPTIONS.rate * 1.3)
  })
})
