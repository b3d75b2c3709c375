import { readRevocationLatencies } from '../oracles/authority.ts'
import type { ConnectionRecord, RunRecord } from '../record.ts'
import type { RunSummary } from '../summary.ts'

/** What the report draws: a run over time and as distributions. Times in seconds since people began to act. */
export interface RunSeries {
  /** When the run began, ISO 8601. */
  readonly startedAt: string
  /** How long one bucket is, s. */
  readonly bucketS: number
  /** Where each bucket begins, s; the lists below have one value for each. */
  readonly seconds: readonly number[]
  readonly perSecond: { readonly sent: Values; readonly acked: Values; readonly seen: Values }
  /** From sending to acknowledgement, of what was sent in the bucket, ms; null where nothing was. */
  readonly latencyMs: { readonly p50: Gaps; readonly p99: Gaps; readonly max: Gaps }
  /** How many clients had a page open, at the end of the bucket. */
  readonly connected: Values
  /** How many edits took up to so many milliseconds (and more than the one before). */
  readonly distribution: { readonly upToMs: Values; readonly acked: Values; readonly seen: Values }
  readonly faults: readonly {
    readonly kind: string
    readonly title: string
    readonly fromS: number
    readonly toS: number
  }[]
  /** When the edits concerned by findings were made, s. */
  readonly brokenAtS: Values
  /** From the request to its effect on an open connection, ms, in the order of asking. */
  readonly revocationsMs: Values
  /** What the server held in memory, where it says so. */
  readonly memory: { readonly seconds: Values; readonly megabytes: Values }
}

export type Values = readonly number[]
export type Gaps = readonly (number | null)[]

/** A longer run gets longer buckets, so that no plot has more points than that. */
const MAX_BUCKETS = 240
const BUCKET_SIZES_S = [0.5, 1, 2, 5, 10, 30, 60, 120, 300, 600, 1_800, 3_600]

/** Counts a record out. Pure. */
export function createSeries(record: RunRecord, { promises }: RunSummary): RunSeries {
  const { activeFrom, activeMs, edits, faults, resources } = record
  const toS = (at: number) => (at - activeFrom) / 1_000
  // Edits are still acknowledged, and faults still under way, when people have stopped.
  const lastS = Math.max(
    ...[activeMs / 1_000, 1],
    edits.reduce((last, { sentAt, ackedAt }) => Math.max(last, toS(ackedAt ?? sentAt ?? activeFrom)), 0),
  )
  const bucketS = BUCKET_SIZES_S.find((size) => lastS / size <= MAX_BUCKETS) ?? lastS / MAX_BUCKETS
  // A little left over at the end belongs to the bucket before: alone it would look like a dip.
  const count = Math.max(1, Math.round(lastS / bucketS))
  const place = (at: number) => Math.min(count - 1, Math.max(0, Math.floor(toS(at) / bucketS)))
  const rate = (times: (edit: RunRecord['edits'][number]) => number | null): number[] => {
    const buckets = new Array<number>(count).fill(0)
    for (const edit of edits) {
      const at = times(edit)
      if (at !== null) buckets[place(at)] = (buckets[place(at)] ?? 0) + 1
    }
    const lastBucketS = lastS - (count - 1) * bucketS
    return buckets.map((value, bucket) => round(value / (bucket === count - 1 ? lastBucketS : bucketS)))
  }
  const latencies = Array.from({ length: count }, (): number[] => [])
  for (const { sentAt, ackedAt } of edits)
    if (sentAt !== null && ackedAt !== null) latencies[place(sentAt)]?.push(ackedAt - sentAt)
  for (const bucket of latencies) bucket.sort((a, b) => a - b)
  const quantile = (share: number): Gaps =>
    latencies.map((bucket) =>
      bucket.length === 0
        ? null
        : round(bucket[Math.min(bucket.length - 1, Math.floor(bucket.length * share))] ?? 0),
    )
  const sampled = resources.filter(({ rssBytes }) => rssBytes !== null)
  return {
    startedAt: record.startedAt.toISOString(),
    bucketS,
    seconds: Array.from({ length: count }, (_, bucket) => round(bucket * bucketS)),
    perSecond: {
      sent: rate(({ sentAt }) => sentAt),
      acked: rate(({ ackedAt }) => ackedAt),
      seen: rate(({ seenAt }) => seenAt),
    },
    latencyMs: { p50: quantile(0.5), p99: quantile(0.99), max: quantile(1) },
    connected: countConnected(
      // When all is over everybody leaves; that is no part of it.
      record.connections.filter(({ at }) => toS(at) <= lastS),
      count,
      place,
    ),
    distribution: distribute(
      edits.flatMap(({ sentAt, ackedAt }) => (sentAt === null || ackedAt === null ? [] : [ackedAt - sentAt])),
      edits.flatMap(({ sentAt, seenAt }) => (sentAt === null || seenAt === null ? [] : [seenAt - sentAt])),
    ),
    faults: faults.map(({ kind, title, beganAt, endedAt }) => ({
      ...{ kind, title, fromS: round(toS(beganAt)) },
      toS: endedAt === null ? round(lastS) : round(toS(endedAt)),
    })),
    brokenAtS: [
      ...new Set(
        Object.values(promises).flatMap(({ broken }) =>
          broken.flatMap(({ editMs }) => (editMs === null ? [] : [round(editMs / 1_000)])),
        ),
      ),
    ].sort((a, b) => a - b),
    revocationsMs: readRevocationLatencies(record).map(round),
    memory: {
      seconds: sampled.map(({ at }) => round(toS(at))),
      megabytes: sampled.map(({ rssBytes }) => round((rssBytes ?? 0) / 1e6)),
    },
  }
}

/** At the end of every bucket: how many clients had at least one page open. */
function countConnected(
  connections: readonly ConnectionRecord[],
  count: number,
  place: (at: number) => number,
): number[] {
  const open = new Map<number, Set<number>>()
  const connected: number[] = []
  let next = 0
  for (let bucket = 0; bucket < count; bucket++) {
    for (let each = connections[next]; each !== undefined && place(each.at) <= bucket; ) {
      if (each.page !== null) {
        const pages = open.get(each.client) ?? new Set()
        open.set(each.client, pages)
        if (each.state === 'open' || each.state === 'open-readonly') pages.add(each.page)
        else pages.delete(each.page)
      }
      each = connections[++next]
    }
    connected.push([...open.values()].filter(({ size }) => size > 0).length)
  }
  return connected
}

/** Counts in bins that grow: 1, 1.5, 2, 3, 4, 6, 8, 12, … ms. Bins without anything at both ends are left out. */
function distribute(acked: readonly number[], seen: readonly number[]): RunSeries['distribution'] {
  const bounds = Array.from(
    { length: 40 },
    (_, index) => 2 ** Math.floor(index / 2) * (index % 2 === 0 ? 1 : 1.5),
  )
  const bin = (value: number) => {
    const found = bounds.findIndex((bound) => value <= bound)
    return found < 0 ? bounds.length - 1 : found
  }
  const tally = (values: readonly number[]) => {
    const counts = bounds.map(() => 0)
    for (const value of values) counts[bin(value)] = (counts[bin(value)] ?? 0) + 1
    return counts
  }
  const [ackedCounts, seenCounts] = [tally(acked), tally(seen)]
  const used = bounds.flatMap((_, index) =>
    (ackedCounts[index] ?? 0) + (seenCounts[index] ?? 0) > 0 ? [index] : [],
  )
  const [first, end] = [used[0] ?? 0, (used.at(-1) ?? -1) + 1]
  return {
    upToMs: bounds.slice(first, end),
    acked: ackedCounts.slice(first, end),
    seen: seenCounts.slice(first, end),
  }
}

const round = (value: number) => Math.round(value * 100) / 100
