import type { ClientIndex, EditIndex, PageIndex, RunRecord } from './record.ts'

/** Something that does not hold: as precise as the record allows. */
export interface Finding {
  /** One sentence: what should be and what is. */
  readonly message: string
  readonly page: PageIndex | null
  /** The first client concerned. */
  readonly client: ClientIndex | null
  /** The first edit concerned. */
  readonly edit: EditIndex | null
  readonly expected: string
  readonly found: string
}

export interface OracleResult {
  /** How many single things were looked at. With 0 the promise counts as not tested. */
  readonly checked: number
  readonly broken: readonly Finding[]
}

/** Judges one promise by what the clients recorded. It is pure, and never asks the server. */
export interface Oracle {
  /** The promise's id in docs/GUARANTEES.md. Several oracles may check the same one. */
  readonly promise: string
  /** What holds, in a few words: "after quiet, everybody has the same page". */
  readonly title: string
  check(record: RunRecord): OracleResult
}

/** So that one fault does not fill pages. */
export const MAX_FINDINGS = 20
