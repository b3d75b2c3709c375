import { setTimeout as pause } from 'node:timers/promises'
import { Refusal } from './failures.ts'

/** How long steps of one stream are collected, ms: its readers hear of it about so often. */
export const COLLECT_MS = 75
/** How many steps of one stream may wait. */
const MAX_WAITING = 100

/** Takes what comes for one key and runs it together with what else has come meanwhile, in order. */
export interface Lanes<Step, Answer> {
  /** Resolves with the step's own answer; rejects with it where that is an error. */
  run(key: string, step: Step): Promise<Answer>
}

/**
 * Steps of one key run in order and never at once: the first right away, those that come meanwhile or within
 * `COLLECT_MS` behind it together. A key is forgotten when nothing has come for so long.
 */
export function createLanes<Step, Answer>(
  runTogether: (key: string, steps: readonly Step[]) => Promise<readonly (Answer | Error)[]>,
): Lanes<Step, Answer> {
  interface Waiting {
    readonly step: Step
    readonly resolve: (answer: Answer) => void
    readonly reject: (error: unknown) => void
  }
  const lanes = new Map<string, Waiting[]>()

  async function drain(key: string, lane: Waiting[]): Promise<void> {
    while (lane.length > 0) {
      const taken = lane.splice(0)
      try {
        const answers = await runTogether(
          key,
          taken.map(({ step }) => step),
        )
        for (const [nr, { resolve, reject }] of taken.entries()) {
          const answer = answers[nr] as Answer | Error
          if (answer instanceof Error) reject(answer)
          else resolve(answer)
        }
      } catch (error) {
        for (const { reject } of taken) reject(error)
      }
      await pause(COLLECT_MS)
    }
    lanes.delete(key)
  }

  return {
    run: (key, step) =>
      new Promise((resolve, reject) => {
        const lane = lanes.get(key) ?? []
        if (lane.length >= MAX_WAITING)
          return reject(new Refusal('rate-limited', 'Too much at once. Wait for the answers first.'))
        lane.push({ step, resolve, reject })
        if (lanes.has(key)) return
        lanes.set(key, lane)
        void drain(key, lane)
      }),
  }
}
