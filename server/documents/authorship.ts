import * as Y from 'yjs'
import type { Authors } from '../../shared/api/content.ts'
import type { CommitLog } from './commit-log.ts'
import { withPage } from './load-page.ts'
import type { PageHistory } from './page-history.ts'
import { readTextPieces } from './text-pieces.ts'

/** Rows that are read at once. */
const BATCH = 1_000
/** Words of one author that follow one another within this time, ms, are one range. */
const SAME_SITTING_MS = 60_000

/** Who wrote which part of a page's text, and when, from the log. */
export type ReadAuthors = (pageId: string) => Promise<Authors>

/** The clocks of one Yjs client that one row brought, `from` up to but without `to`. */
interface Written {
  readonly from: number
  readonly to: number
  readonly userId: string
  readonly at: Date
}

type Range = { from: number; to: number; userId: string | null; at: Date | null }

export function createReadAuthors({
  log,
  history,
}: {
  log: Pick<CommitLog, 'read'>
  history: PageHistory
}): ReadAuthors {
  return (pageId) =>
    withPage(log, pageId, async (doc, seq) => {
      const writtenByClient = await readWritten(history, pageId, seq)
      const ranges = toRanges(doc, writtenByClient)
      const userIds = new Set(ranges.flatMap(({ userId }) => (userId === null ? [] : [userId])))
      const names = await history.readNames([...userIds])
      const items = ranges.map(({ from, to, userId, at }) => ({
        ...{ from, to, at: at?.toISOString() ?? null },
        author: userId === null ? null : { id: userId, name: names.get(userId) ?? '' },
      }))
      return { seq, items }
    })
}

async function readWritten(
  history: PageHistory,
  pageId: string,
  head: number,
): Promise<ReadonlyMap<number, Written[]>> {
  const byClient = new Map<number, Written[]>()
  for (let at = 0; at < head; ) {
    const rows = await history.readRows(pageId, at, head, BATCH)
    const last = rows.at(-1)
    if (last === undefined) break
    for (const row of rows) addRow(byClient, row)
    at = last.seq
  }
  return byClient
}

function addRow(
  byClient: Map<number, Written[]>,
  { update, userId, at }: { update: Uint8Array; userId: string; at: Date },
): void {
  for (const struct of Y.decodeUpdate(update).structs) {
    if (struct instanceof Y.Skip) continue
    const { client, clock } = struct.id
    const own = byClient.get(client) ?? []
    byClient.set(client, own)
    addNew(own, { from: clock, to: clock + struct.length, userId, at })
  }
}

/**
 * Adds what nobody brought before: whoever brought a letter first wrote it, and later rows may repeat what
 * they were sent. `own` stays in order and without overlaps.
 */
function addNew(own: Written[], { from, to, userId, at }: Written): void {
  if ((own.at(-1)?.to ?? 0) <= from) {
    own.push({ from, to, userId, at })
    return
  }
  const parts: Written[] = []
  let done = from
  for (const known of own) {
    if (known.to <= done) continue
    if (known.from >= to) break
    if (known.from > done) parts.push({ from: done, to: known.from, userId, at })
    done = known.to
  }
  if (done < to) parts.push({ from: done, to, userId, at })
  if (parts.length === 0) return
  own.push(...parts)
  own.sort((a, b) => a.from - b.from)
}

function toRanges(doc: Y.Doc, writtenByClient: ReadonlyMap<number, readonly Written[]>): Range[] {
  const ranges: Range[] = []
  let position = 0
  for (const { text, id } of readTextPieces(doc)) {
    if (id === null) {
      position += text.length
      continue
    }
    const written = writtenByClient.get(id.client) ?? []
    for (let done = 0; done < text.length; ) {
      const by = findWritten(written, id.clock + done)
      const end = by === null ? text.length : Math.min(text.length, by.to - id.clock)
      addRange(ranges, {
        ...{ from: position + done, to: position + end },
        ...{ userId: by?.userId ?? null, at: by?.at ?? null },
      })
      done = end
    }
    position += text.length
  }
  return ranges
}

/** Binary search for the last range that begins at or before `clock`. */
function findWritten(written: readonly Written[], clock: number): Written | null {
  let low = 0
  let high = written.length
  while (low < high) {
    const middle = (low + high) >> 1
    if ((written[middle] as Written).from <= clock) low = middle + 1
    else high = middle
  }
  const found = written[low - 1]
  return found !== undefined && clock < found.to ? found : null
}

function addRange(ranges: Range[], range: Range): void {
  const last = ranges.at(-1)
  const continues =
    last !== undefined &&
    last.to === range.from &&
    last.userId === range.userId &&
    Math.abs((range.at?.getTime() ?? 0) - (last.at?.getTime() ?? 0)) <= SAME_SITTING_MS
  if (!continues) ranges.push({ ...range })
  else {
    last.to = range.to
    if (range.at !== null && last.at !== null && range.at > last.at) last.at = range.at
  }
}
