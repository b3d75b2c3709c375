import type { Finding } from './oracle.ts'
import { readRevocationLatencies } from './oracles/authority.ts'
import type { RunRecord } from './record.ts'
import type { Verdict } from './verdict.ts'

/** A run in numbers, as `--json` writes it. Times in milliseconds. */
export interface RunSummary {
  readonly ok: boolean
  readonly seed: number
  readonly scenario: string
  readonly target: string
  readonly clients: number
  readonly pages: number
  readonly durationMs: number
  /** `seen`: by another client at least. */
  readonly edits: {
    readonly sent: number
    readonly acked: number
    readonly refused: number
    readonly seen: number
  }
  /** From sending an edit to its acknowledgement. */
  readonly latencyMs: Percentiles
  /** From sending an edit to its being on another client's page; null where that was not measured or nobody saw one. */
  readonly seenMs: Percentiles | null
  /** From asking for a revocation to its effect on an open connection; null where there was none. */
  readonly revocationMs: Percentiles | null
  /** By the promise's id. */
  readonly promises: Readonly<Record<string, PromiseSummary>>
  readonly faults: readonly {
    readonly kind: string
    readonly beganMs: number
    readonly endedMs: number | null
  }[]
}

/** How one promise fared. `checked` 0 means that the run did not test it. */
export interface PromiseSummary {
  readonly ok: boolean
  readonly checked: number
  readonly broken: readonly NamedFinding[]
  readonly oracles: readonly { readonly title: string; readonly ok: boolean; readonly checked: number }[]
}

/** In milliseconds. */
export interface Percentiles {
  readonly p50: number
  readonly p95: number
  readonly p99: number
}

/** A finding for people: names instead of places in the record. */
export interface NamedFinding {
  /** The title of the oracle that found it. */
  readonly oracle: string
  readonly message: string
  readonly page: string | null
  readonly client: string | null
  /** "author 7, edit 42 (type)". */
  readonly edit: string | null
  /** When that edit was made, ms since people began to act. */
  readonly editMs: number | null
  readonly expected: string
  readonly found: string
}

/** Counts and names what a record and its verdict hold. Pure. */
export function summarize(record: RunRecord, verdict: Verdict): RunSummary {
  const { edits, faults, activeFrom } = record
  const acked = edits.filter(({ ackedAt }) => ackedAt !== null)
  const seen = edits.filter(({ seenAt }) => seenAt !== null)
  const revocations = readRevocationLatencies(record)
  return {
    ok: verdict.ok,
    seed: record.seed,
    scenario: record.scenario,
    target: record.target,
    clients: record.clients.length,
    pages: record.pages.length,
    durationMs: Math.round(record.activeMs),
    edits: {
      sent: edits.filter(({ sentAt }) => sentAt !== null).length,
      acked: acked.length,
      refused: edits.filter(({ refusedAt, ackedAt }) => refusedAt !== null && ackedAt === null).length,
      seen: seen.length,
    },
    latencyMs: percentiles(acked.map(({ ackedAt, sentAt }) => (ackedAt ?? 0) - (sentAt ?? 0))),
    seenMs:
      seen.length === 0 ? null : percentiles(seen.map(({ seenAt, sentAt }) => (seenAt ?? 0) - (sentAt ?? 0))),
    revocationMs: revocations.length === 0 ? null : percentiles(revocations),
    promises: Object.fromEntries(
      verdict.promises.map(({ promise, ok, checked, oracles }) => [
        promise,
        {
          ...{ ok, checked },
          broken: oracles.flatMap(({ title, broken }) =>
            broken.map((finding) => nameFinding(record, title, finding)),
          ),
          oracles: oracles.map(({ title, ok: held, checked: count }) => ({
            title,
            ok: held,
            checked: count,
          })),
        },
      ]),
    ),
    faults: faults.map(({ kind, beganAt, endedAt }) => ({
      kind,
      beganMs: Math.round(beganAt - activeFrom),
      endedMs: endedAt === null ? null : Math.round(endedAt - activeFrom),
    })),
  }
}

/** Puts names where a finding points. */
function nameFinding(
  { pages, clients, edits, activeFrom }: RunRecord,
  oracle: string,
  { message, page, client, edit, expected, found }: Finding,
): NamedFinding {
  const concerned = edit === null ? undefined : edits[edit]
  return {
    ...{ oracle, message },
    page: page === null ? null : (pages[page]?.title ?? null),
    client: client === null ? null : (clients[client]?.name ?? null),
    edit:
      concerned === undefined
        ? null
        : `${clients[concerned.client]?.name}, edit ${concerned.number} (${concerned.behaviour})`,
    editMs: concerned === undefined ? null : Math.round(concerned.madeAt - activeFrom),
    expected,
    found,
  }
}

/** Rounded to a tenth; 0 where there is nothing. */
export function percentiles(values: readonly number[]): Percentiles {
  const sorted = Float64Array.from(values).sort()
  const at = (share: number) =>
    Math.round((sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0) * 10) / 10
  return { p50: at(0.5), p95: at(0.95), p99: at(0.99) }
}
