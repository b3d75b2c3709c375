import * as Y from 'yjs'
import { keepFormatting } from '../../../shared/document/keep-formatting.ts'
import { isIntact } from '../commit-log.ts'
import { MAX_BATCH_ROWS } from '../log-batches.ts'
import { compareContent } from './compare-content.ts'
import type { Finding } from './findings.ts'
import type { PageReader } from './page-reader.ts'

/** Rebuilds one page from its log and says everything that is wrong with it. Changes nothing. */
export async function checkPage(reader: PageReader): Promise<Finding[]> {
  const { pageId, facts } = reader
  const findings: Finding[] = []
  const add = (
    finding: Pick<Finding, 'kind' | 'problem' | 'consequence' | 'remedy'> & { seq?: number | null },
  ) => {
    findings.push({ pageId, title: facts.title, seq: null, state: 'found', ...finding })
  }

  if (!facts.hasPage) {
    add({
      kind: 'page-missing',
      problem: `There is a text with ${facts.lastRow ?? 0} rows, but no page that it belongs to.`,
      consequence: 'Nobody can open it. Its rows are kept; only a backup has the page.',
      remedy: null,
    })
    return findings
  }
  if (facts.head === null) {
    const hasRows = facts.lastRow !== null || reader.snapshot !== null
    add({
      kind: 'document-missing',
      problem: hasRows
        ? 'Its log has rows, but no head.'
        : 'It has no document: nothing of its text is there.',
      consequence: 'The page cannot be opened.',
      // Without any row a new head would open the page as an empty one.
      remedy: hasRows ? 'create-head' : null,
    })
    return findings
  }

  const { head } = facts
  const base = decodeSnapshot(reader)
  const covered = base?.seq ?? 0
  const log = await walkLog(reader, base)
  const last = Math.max(facts.lastRow ?? 0, covered)
  const holes = [...log.holes]
  if (last === 0 && head > 0) holes.push({ from: 1, to: head })
  const openHoles = holes.filter(({ to }) => to > covered)
  const openBadRows = log.badRows.filter((seq) => seq > covered)
  const isLogWhole = log.startsAtOne && holes.length === 0 && log.badRows.length === 0
  const opens = openHoles.length === 0 && openBadRows.length === 0
  const closedOrNot = opens ? 'The page opens all the same.' : 'The page cannot be opened.'

  if (reader.snapshot !== null && base === null) {
    add({
      kind: 'snapshot-damaged',
      seq: reader.snapshot.seq,
      problem: `Its snapshot at ${reader.snapshot.seq} is damaged: its bytes are not the ones that were verified.`,
      consequence: isLogWhole
        ? 'The page opens from its log, which is whole.'
        : 'The log alone is not enough to replace it.',
      remedy: isLogWhole ? 'rebuild-snapshot' : null,
    })
  }
  if (base !== null && log.snapshotProblem !== null) {
    add({
      kind: 'snapshot-differs',
      seq: base.seq,
      problem: `Its snapshot at ${base.seq} is not what the log says: ${log.snapshotProblem}.`,
      consequence: 'People see the snapshot, not everything that was written.',
      remedy: isLogWhole ? 'rebuild-snapshot' : null,
    })
  }
  for (const { from, to } of holes) {
    const isCovered = to <= covered
    add({
      kind: 'row-missing',
      seq: from,
      problem:
        from === to ? `Row ${from} of its log is missing.` : `Rows ${from} to ${to} of its log are missing.`,
      consequence: isCovered
        ? 'The page opens from its snapshot; only its history has a hole.'
        : 'The page cannot be opened. What there is is kept; only a backup has the rest.',
      remedy: null,
    })
  }
  for (const seq of log.badRows) {
    const isCovered = seq <= covered
    add({
      kind: 'row-undecodable',
      seq,
      problem: `Row ${seq} of its log does not decode.`,
      consequence: isCovered
        ? 'The page opens from its snapshot; only its history lacks this row.'
        : 'The page cannot be opened.',
      remedy: isCovered ? 'quarantine-row' : 'quarantine-row-and-close-page',
    })
  }
  if (last > 0 && head !== last) {
    add({
      kind: 'head-disagrees',
      seq: head,
      problem: `Its head says ${head}, but its log ends at ${last}.`,
      consequence:
        head > last
          ? `The page cannot be opened: ${head === last + 1 ? `row ${head} is` : `rows ${last + 1} to ${head} are`} gone.`
          : 'What was written last is not shown, and nothing new can be saved.',
      remedy: openHoles.length === 0 ? 'set-head' : null,
    })
  }
  if (log.isWaiting) {
    add({
      kind: 'content-missing',
      problem: 'Some of its rows build on something that was never written.',
      consequence: `What they say is kept and appears once that arrives. ${closedOrNot}`,
      remedy: null,
    })
  }
  if (facts.damage !== null && findings.length === 0) {
    add({
      kind: 'marked-needlessly',
      problem: `It is marked as closed (“${facts.damage}”), but nothing is wrong with it any more.`,
      consequence: 'The page cannot be opened.',
      remedy: 'clear-mark',
    })
  }
  return findings
}

interface Base {
  readonly seq: number
  readonly state: Uint8Array
  readonly doc: Y.Doc
}

/** The snapshot as a document, or null if it is of no use. */
function decodeSnapshot({ snapshot }: PageReader): Base | null {
  if (snapshot === null || !isIntact(snapshot.state, snapshot.digest)) return null
  const doc = keepFormatting(new Y.Doc())
  try {
    Y.applyUpdate(doc, snapshot.state)
    return { seq: snapshot.seq, state: snapshot.state, doc }
  } catch {
    doc.destroy()
    return null
  }
}

interface WalkedLog {
  readonly startsAtOne: boolean
  readonly holes: readonly { readonly from: number; readonly to: number }[]
  readonly badRows: readonly number[]
  /** What the snapshot lacks or has too much, compared with a rebuild where the log allows one. */
  readonly snapshotProblem: string | null
  /** Whether something in it waits for something that is not there. */
  readonly isWaiting: boolean
}

/** Goes through the whole log, a batch at a time, with at most two documents of the page in memory. */
async function walkLog(reader: PageReader, base: Base | null): Promise<WalkedLog> {
  const { firstRow } = reader.facts
  const covered = base?.seq ?? 0
  const startsAtOne = firstRow === 1 || (firstRow === null && base === null)
  const holes: { from: number; to: number }[] = []
  const badRows: number[] = []
  let rebuilt: Y.Doc | null = startsAtOne ? keepFormatting(new Y.Doc()) : null
  let snapshotProblem: string | null = null
  const held = base === null ? null : Y.snapshot(base.doc)
  let isCompared = base === null

  const compare = (upTo: number) => {
    if (isCompared || base === null || upTo < covered) return
    isCompared = true
    if (rebuilt !== null && holes.length === 0)
      snapshotProblem ??= compareContent(base.doc, base.state, rebuilt)
  }

  if (firstRow !== null && firstRow > covered + 1) holes.push({ from: covered + 1, to: firstRow - 1 })
  let expected = firstRow ?? 1
  const lastRow = reader.facts.lastRow ?? 0
  for (let after = expected - 1; after < lastRow; ) {
    const rows = await reader.readRows(after)
    // A hole that is larger than a batch: what lies behind it has to be looked at as well.
    if (rows.length === 0) after += MAX_BATCH_ROWS
    for (const { seq, update } of rows) {
      compare(seq - 1)
      if (seq !== expected) {
        holes.push({ from: expected, to: seq - 1 })
        rebuilt = null
      }
      expected = seq + 1
      after = seq
      if (!decodes(update)) {
        badRows.push(seq)
        rebuilt = null
      } else if (seq > covered) {
        if (base !== null) Y.applyUpdate(base.doc, update)
        else if (rebuilt !== null) Y.applyUpdate(rebuilt, update)
      } else if (rebuilt !== null) {
        Y.applyUpdate(rebuilt, update)
      } else if (held !== null && !Y.snapshotContainsUpdate(held, update)) {
        snapshotProblem ??= `it lacks what row ${seq} says`
      }
    }
  }
  compare(expected - 1)
  const whole = base?.doc ?? rebuilt
  const isWaiting = whole !== null && (whole.store.pendingStructs !== null || whole.store.pendingDs !== null)
  base?.doc.destroy()
  rebuilt?.destroy()
  return { startsAtOne, holes, badRows, snapshotProblem, isWaiting: isWaiting && badRows.length === 0 }
}

/** Looked at before it is applied: half an update in a document would spoil what comes after. */
function decodes(update: Uint8Array): boolean {
  try {
    Y.decodeUpdate(update)
    return true
  } catch {
    return false
  }
}
