import type { ServerUnderTest } from '../world/server-under-test.ts'
import type { Fault, FaultContext } from './faults.ts'

/** A pause: usually short, now and then past the 15 seconds for which the server keeps trying to commit, ms. */
const PAUSE_MS = { min: 200, max: 5_000, longChance: 0.15, longMin: 16_000, longMax: 18_000 }
/** How often it is asked whether the server can commit again, ms, and how many times at most. */
const READY_EVERY_MS = 100
const READY_TRIES = 300

/** PostgreSQL dies in the middle of everything; the server starts it again. */
export const killDatabase: Fault = {
  title: 'PostgreSQL was killed',
  does: 'Kills all processes of PostgreSQL. The server starts it again.',
  needs: 'database',
  async inject(context) {
    await context.server.control?.database?.kill()
    await untilReady(context)
  },
}

/** PostgreSQL stands still: nothing that is sent meanwhile can be on disk. */
export const pauseDatabase: Fault = {
  title: 'PostgreSQL stood still',
  does: 'Stops all processes of PostgreSQL where they are, for up to five seconds, now and then for longer than the server waits.',
  needs: 'database',
  async inject({ server: { control }, random, recorder, wait }) {
    const database = control?.database ?? null
    if (database === null) return
    const { min, max, longChance, longMin, longMax } = PAUSE_MS
    const ms = random.chance(longChance) ? random.integer(longMin, longMax) : random.integer(min, max)
    await database.pause()
    const from = recorder.now()
    await wait(ms)
    recorder.outage({ from, to: recorder.now() })
    await database.resume()
  },
}

/** PostgreSQL is restarted in order, as for an update. */
export const restartDatabase: Fault = {
  title: 'PostgreSQL was restarted',
  does: 'Shuts PostgreSQL down in order, which ends all its connections. The server starts it again.',
  needs: 'database',
  async inject(context) {
    await context.server.control?.database?.restart()
    await untilReady(context)
  },
}

/** Waits until the server can commit again; the run goes on either way. */
async function untilReady({ server, wait }: FaultContext): Promise<void> {
  for (let tries = 0; tries < READY_TRIES; tries++) {
    await wait(READY_EVERY_MS)
    if (await canCommit(server)) return
  }
}

async function canCommit({ url }: ServerUnderTest): Promise<boolean> {
  try {
    const response = await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(5_000) })
    await response.arrayBuffer()
    return response.ok
  } catch {
    return false
  }
}
