/** What can be wrong with a page, as it is printed in `--json`. */
export type FindingKind =
  | 'row-missing'
  | 'row-undecodable'
  | 'snapshot-damaged'
  | 'snapshot-differs'
  | 'head-disagrees'
  | 'content-missing'
  | 'document-missing'
  | 'page-missing'
  | 'marked-needlessly'

/** How a finding stands: `--repair` turns the first into one of the others. */
export type FindingState =
  | 'found'
  /** It is not there any more. */
  | 'repaired'
  /** What is left is kept where nothing can lose it, but the damage is done. */
  | 'kept-safe'

/** One thing that is wrong with one page, in words for whoever has to deal with it. */
export interface Finding {
  readonly pageId: string
  readonly title: string | null
  readonly kind: FindingKind
  /** The row or snapshot that it is about, if it is about one. */
  readonly seq: number | null
  readonly problem: string
  /** What it means for people, or what was done about it. */
  readonly consequence: string
  readonly state: FindingState
  /** What `--repair` does about it; null where only a backup helps. */
  readonly remedy: Remedy | null
}

export type Remedy =
  | 'rebuild-snapshot'
  | 'set-head'
  | 'create-head'
  | 'quarantine-row'
  | 'quarantine-row-and-close-page'
  | 'clear-mark'

/** What `--repair` would do, for the printed report. */
export const REMEDIES: Record<Remedy, string> = {
  'rebuild-snapshot': 'puts the snapshot into quarantine and makes a new one from the log',
  'set-head': 'sets the head to where the log ends',
  'create-head': 'makes the head again from the rows',
  'quarantine-row': 'copies the row into quarantine; it stays in the log',
  'quarantine-row-and-close-page':
    'copies the row into quarantine and marks the page as closed; the row stays in the log',
  'clear-mark': 'opens the page again',
}
