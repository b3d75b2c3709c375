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

/** One client's network is slow for a while. */
export const slowLine: Fault = {
  title: 'a network was slow',
  does: 'Makes one client’s network slow and uneven for up to four seconds: a connection may overtake another.',
  needs: 'network',
  async inject({ network, random, wait }) {
    const line = random.pick(network.lines)
    line.setConditions({ latencyMs: random.integer(100, 600), jitterMs: random.integer(0, 600) })
    await wait(random.integer(1_000, 4_000))
    line.setConditions(network.usual)
  },
}

/** One client's connections lead nowhere; it notices after a while, the server later. */
export const halfOpenLine: Fault = {
  title: 'a connection was half-open',
  does: 'Loses everything on one client’s connections and tells nobody. After up to five seconds the client notices and comes back; the server still holds the old connection.',
  needs: 'network',
  async inject({ network, random, wait }) {
    const line = random.pick(network.lines)
    line.halfOpen()
    await wait(random.integer(500, 5_000))
    line.abandon()
  },
}

/** What a client had sent comes when it is back already. */
export const overtakenLine: Fault = {
  title: 'a connection was overtaken',
  does: 'Breaks one client’s connections, and brings the server what was under way up to three seconds later, when the client is back over another.',
  needs: 'network',
  async inject({ network, random, wait }) {
    const line = random.pick(network.lines)
    // Something gathers on the way.
    line.stall()
    await wait(random.integer(100, 800))
    const ms = random.integer(500, 3_000)
    line.detain(ms)
    await wait(ms)
  },
}
