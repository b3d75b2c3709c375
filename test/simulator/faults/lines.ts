import type { Fault } from './faults.ts'

/** One client's connections break; it comes back by itself. */
export const cutLine: Fault = {
  title: 'a connection was cut',
  does: 'Breaks one client’s connections. It comes back by itself.',
  needs: 'network',
  async inject({ network, random, wait }) {
    const line = random.pick(network.lines)
    line.block()
    line.cut()
    await wait(random.integer(0, 1_500))
    line.unblock()
  },
}

/** One client's network passes nothing for a while, and then everything. */
export const stallLine: Fault = {
  title: 'a network stalled',
  does: 'Lets nothing through to or from one client for up to three seconds, then everything.',
  needs: 'network',
  async inject({ network, random, wait }) {
    const line = random.pick(network.lines)
    line.stall()
    await wait(random.integer(500, 3_000))
    line.resume()
  },
}
