import * as Y from 'yjs'
import type { RowAuthor } from './fold-messages.ts'
import { readTextPieces } from './text-pieces.ts'

/** Words of one author that follow one another within this time, ms, are one range. */
const SAME_SITTING_MS = 60_000

/** A range of a page's plain text, in UTF-16 units, `to` not included; null where no row says who wrote it. */
export interface AuthorRange {
  readonly from: number
  readonly to: number
  readonly userId: string | null
  /** When its newest part was written, ms since 1970. */
  readonly at: number | null
}

/** Who brought which letters first, row by row. */
export interface AuthorLedger {
  /**
   * Takes the next row of the log.
   * @throws what Yjs throws when it does not decode
   */
  add(update: Uint8Array, author: RowAuthor): void
  /** Who brought one clock of a Yjs client first; null where no row says so. */
  authorOf(client: number, clock: number): string | null
  /** Who wrote which part of a document's text. */
  toRanges(doc: Y.Doc): AuthorRange[]
}

/** The clocks of one Yjs client that one row brought, `from` up to but without `to`. */
interface Written extends RowAuthor {
  readonly from: number
  readonly to: number
}

export function createAuthorLedger(): AuthorLedger {
  const writtenByClient = new Map<number, Written[]>()
  return {
    add(update, { userId, at }) {
      for (const struct of Y.decodeUpdate(update).structs) {
        if (struct instanceof Y.Skip) continue
        const { client, clock } = struct.id
        const own = writtenByClient.get(client) ?? []
        writtenByClient.set(client, own)
        addNew(own, { from: clock, to: clock + struct.length, userId, at })
      }
    },
    authorOf: (client, clock) => findWritten(writtenByClient.get(client) ?? [], clock)?.userId ?? null,
    toRanges: (doc) => toRanges(doc, writtenByClient),
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

function toRanges(doc: Y.Doc, writtenByClient: ReadonlyMap<number, readonly Written[]>): AuthorRange[] {
  const ranges: OpenRange[] = []
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

type OpenRange = { -readonly [Key in keyof AuthorRange]: AuthorRange[Key] }

function addRange(ranges: OpenRange[], range: AuthorRange): void {
  const last = ranges.at(-1)
  const continues =
    last !== undefined &&
    last.to === range.from &&
    last.userId === range.userId &&
    Math.abs((range.at ?? 0) - (last.at ?? 0)) <= SAME_SITTING_MS
  if (!continues) ranges.push({ ...range })
  else {
    last.to = range.to
    if (range.at !== null && last.at !== null && range.at > last.at) last.at = range.at
  }
}
