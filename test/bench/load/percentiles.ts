import { computePercentile } from '../statistics.ts'
import type { Percentiles } from './commands.ts'

/** The latencies that a load process answers with. */
export function toPercentiles(values: readonly number[]): Percentiles {
  return {
    p50: computePercentile(values, 0.5),
    p99: computePercentile(values, 0.99),
    max: computePercentile(values, 1),
  }
}
