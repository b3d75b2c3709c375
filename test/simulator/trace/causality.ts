import { invalidTrace } from '../errors.ts'
import type { Trace } from './trace.ts'

/** The first `count` transactions of `agent`. */
export interface AgentPrefix {
  readonly agent: number
  readonly count: number
}

/**
 * For every transaction, what it builds on beyond its author's previous one: the transactions of other
 * agents that the author has seen in between, as one prefix an agent.
 *
 * One agent's transactions never happen concurrently with each other, so the ancestors of a transaction are
 * exactly a prefix of every agent's history and fit a vector of counts. Throws where a trace breaks that.
 */
export function computeNewlySeen({ agentCount, transactions }: Trace): readonly (readonly AgentPrefix[])[] {
  // seen[index * agentCount + agent]: how many transactions of `agent` the transaction includes, itself too.
  const seen = new Uint32Array(transactions.length * agentCount)
  const ownCounts = new Uint32Array(agentCount)
  const ownLatest: (number | undefined)[] = Array.from({ length: agentCount })

  return transactions.map(({ agent, parents }, index) => {
    const row = seen.subarray(index * agentCount, (index + 1) * agentCount)
    for (const parent of parents) {
      for (let other = 0; other < agentCount; other++) {
        row[other] = Math.max(row[other] ?? 0, seen[parent * agentCount + other] ?? 0)
      }
    }
    const previous = ownLatest[agent]
    if (row[agent] !== ownCounts[agent]) {
      throw invalidTrace(
        `txns[${index}] and txns[${previous}] are concurrent, but both are by agent ${agent}`,
      )
    }
    const newlySeen: AgentPrefix[] = []
    for (let other = 0; other < agentCount; other++) {
      const count = row[other] ?? 0
      const before = previous === undefined ? 0 : (seen[previous * agentCount + other] ?? 0)
      if (other !== agent && count > before) newlySeen.push({ agent: other, count })
    }
    row[agent] = (row[agent] ?? 0) + 1
    ownCounts[agent] = row[agent]
    ownLatest[agent] = index
    return newlySeen
  })
}
