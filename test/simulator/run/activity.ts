import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { BEHAVIOURS } from '../authors/behaviours.ts'
import type { Client } from '../clients/client.ts'
import type { SimulationPlan } from '../plan.ts'
import type { Random } from '../random.ts'

/** How often steps are looked for, ms. */
const TICK_MS = 10

/** The time in which people act. */
export interface Activity {
  /** Aborted when the time is over. */
  readonly signal: AbortSignal
  readonly done: Promise<void>
  /** Waits, but not beyond the end. */
  wait(ms: number): Promise<void>
}

interface ActivityDeps {
  readonly plan: SimulationPlan
  readonly clients: readonly Client[]
  readonly random: Random
  readonly signal: AbortSignal | undefined
}

/** Lets every client do its steps at their times. */
export function createActivity({ plan, clients, random, signal }: ActivityDeps): Activity {
  const ending = new AbortController()
  // Many things wait for it at once.
  setMaxListeners(0, ending.signal)
  const beganAt = performance.now()
  const places = plan.clients.map(() => 0)
  const laters = new Set<() => void>()

  const wait = (ms: number) =>
    sleep(Math.max(0, ms), undefined, { signal: ending.signal }).catch(() => undefined)
  const later = (ms: number, call: () => void) => {
    if (ending.signal.aborted) return call()
    laters.add(call)
    void wait(ms).then(() => {
      if (laters.delete(call)) call()
    })
  }

  const done = new Promise<void>((resolve, reject) => {
    const timer = setInterval(() => {
      try {
        if (tick()) return
      } catch (error) {
        reject(error)
      }
      clearInterval(timer)
      ending.abort()
      for (const call of [...laters]) if (laters.delete(call)) call()
      resolve()
    }, TICK_MS)
  })

  /** Whether there is more to come. */
  function tick(): boolean {
    const now = performance.now() - beganAt
    if (now >= plan.durationMs || signal?.aborted === true) return false
    plan.clients.forEach(({ steps }, index) => {
      const client = clients[index]
      for (let step = steps[places[index] ?? 0]; client !== undefined && step !== undefined; ) {
        if (step.at > now) break
        places[index] = (places[index] ?? 0) + 1
        const page = client.page(step.page)
        BEHAVIOURS[step.behaviour].act({
          ...{ client, page, later },
          random: random.fork(step.stream),
          focus: plan.scenario.focus,
        })
        step = steps[places[index] ?? 0]
      }
    })
    return true
  }

  return { signal: ending.signal, done, wait }
}
