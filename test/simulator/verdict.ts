import type { Finding, Oracle } from './oracle.ts'
import type { RunRecord } from './record.ts'

/** What one oracle found. */
export interface OracleVerdict {
  readonly title: string
  readonly ok: boolean
  readonly checked: number
  readonly broken: readonly Finding[]
}

/** How one promise fared. */
export interface PromiseVerdict {
  readonly promise: string
  /** The titles of the oracles that checked it. */
  readonly titles: readonly string[]
  readonly ok: boolean
  /** How many single things were looked at; 0 means that this run did not test it. */
  readonly checked: number
  readonly broken: readonly Finding[]
  /** The same, oracle by oracle. */
  readonly oracles: readonly OracleVerdict[]
}

export interface Verdict {
  /** Whether nothing was found. */
  readonly ok: boolean
  readonly promises: readonly PromiseVerdict[]
}

/** Lets every oracle look at what happened. Pure. */
export function judge(record: RunRecord, oracles: readonly Oracle[]): Verdict {
  const promises = new Map<string, PromiseVerdict>()
  for (const oracle of oracles) {
    const { checked, broken } = oracle.check(record)
    const before = promises.get(oracle.promise)
    promises.set(oracle.promise, {
      promise: oracle.promise,
      titles: [...(before?.titles ?? []), oracle.title],
      ok: (before?.ok ?? true) && broken.length === 0,
      checked: (before?.checked ?? 0) + checked,
      broken: [...(before?.broken ?? []), ...broken],
      oracles: [
        ...(before?.oracles ?? []),
        { title: oracle.title, ok: broken.length === 0, checked, broken },
      ],
    })
  }
  const all = [...promises.values()]
  return { ok: all.every(({ ok }) => ok), promises: all }
}
