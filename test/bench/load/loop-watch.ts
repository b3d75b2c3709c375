import { performance } from 'node:perf_hooks'
import { computePercentile } from '../statistics.ts'

const SAMPLE_MS = 5

/** How the load generator itself was doing while it measured. */
export interface GeneratorHealth {
  /** By how much its timers were late, ms, at the 99th percentile. */
  readonly delayP99Ms: number
  /** The share of time in which its event loop was busy, 0 to 1. */
  readonly utilisation: number
}

/** Watches this process's event loop until it is asked for the result. */
export function watchEventLoop(): () => GeneratorHealth {
  const before = performance.eventLoopUtilization()
  const delays: number[] = []
  let expected = performance.now() + SAMPLE_MS
  const timer = setInterval(() => {
    const now = performance.now()
    delays.push(Math.max(0, now - expected))
    expected = now + SAMPLE_MS
  }, SAMPLE_MS)
  return () => {
    clearInterval(timer)
    return {
      delayP99Ms: delays.length === 0 ? 0 : computePercentile(delays, 0.99),
      utilisation: performance.eventLoopUtilization(before).utilization,
    }
  }
}
