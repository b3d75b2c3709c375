import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

/** The figures that Prometheus can read, and where each part reports its own. */
export interface Metrics {
  readonly registry: Registry
  /** One commit of the log: how long it took, seconds, and how many changes it held. */
  observeCommit(seconds: number, changes: number): void
  observeFailedCommit(): void
  /** Makes a counter; the answer adds one to it. */
  counter(name: string, help: string): () => void
  /** Read whenever somebody asks for the metrics. */
  gauge(name: string, help: string, read: () => number): void
}

export function createMetrics(): Metrics {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  const registers = [registry]
  const commitSeconds = new Histogram({
    name: 'copydesk_commit_seconds',
    help: 'Time for one group commit of document updates.',
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.5, 1, 5],
    registers,
  })
  const changes = new Counter({
    name: 'copydesk_changes_committed_total',
    help: 'Document updates committed.',
    registers,
  })
  const failures = new Counter({
    name: 'copydesk_commit_failures_total',
    help: 'Group commits that failed.',
    registers,
  })

  return {
    registry,
    observeCommit(seconds, count) {
      commitSeconds.observe(seconds)
      changes.inc(count)
    },
    observeFailedCommit: () => failures.inc(),
    counter(name, help) {
      const counter = new Counter({ name, help, registers })
      return () => counter.inc()
    },
    gauge(name, help, read) {
      new Gauge({
        name,
        help,
        registers,
        collect() {
          this.set(read())
        },
      })
    },
  }
}
