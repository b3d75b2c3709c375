import type { Document } from '@hocuspocus/server'
import type { Logger } from '../operations/logger.ts'
import type { CommitLog, SeqRange } from './commit-log.ts'

// What is in memory and what is in the log are the same as long as every commit's `seq`s follow on the ones
// before. If they do not, somebody else wrote: another server, or a statement that we had given up and that
// PostgreSQL finished later. Then the rows between are read and shown.

/** How many rows are fetched for an open page; one that lacks more is loaded anew. */
export const MAX_FETCHED_ROWS = 1_000
/**
 * How long after a page in doubt was loaded it is looked at again, ms. Being able to read it means that
 * PostgreSQL runs again, and a statement that it still had then has been finished or cancelled by now: no
 * statement may take longer (STATEMENT_TIMEOUT_MS in database/connect.ts).
 */
export const SECOND_LOOK_MS = 12_000
/** Pages in doubt that have not been looked at again; with more, the oldest are forgotten. */
const MAX_DOUBTED_PAGES = 10_000

/** Keeps open pages level with the log. */
export interface LogFollower {
  /** Says that a page was loaded as it was at `seq`. */
  loaded(document: Document, seq: number): void
  /** Says which `seq`s a commit to an open or loading page got. */
  committed(document: Document, range: SeqRange): void
  /** Says that a commit to this page was given up without knowing whether it may yet be finished. */
  doubt(pageId: string): void
  close(): void
}

export interface LogFollowerDeps {
  readonly log: Pick<CommitLog, 'readRange'>
  readonly show: (document: Document, updates: readonly Uint8Array[]) => void
  /** Called when what is missing could not be fetched. */
  readonly cannotFollow: (pageId: string) => void
  /** Calls once after so many milliseconds, unless the answer is called before. */
  readonly after: (ms: number, call: () => void) => () => void
  readonly logger: Pick<Logger, 'info' | 'error'>
}

export function createLogFollower({ log, show, cannotFollow, after, logger }: LogFollowerDeps): LogFollower {
  /** Up to which `seq` a document has everything, or is about to. */
  const heads = new WeakMap<Document, number>()
  /** Commits to documents that are still being loaded. */
  const early = new WeakMap<Document, SeqRange[]>()
  /** By page its newest doubt. */
  const doubted = new Map<string, symbol>()
  const cancels = new Set<() => void>()

  function advance(document: Document, { first, last }: SeqRange): void {
    const head = heads.get(document) ?? 0
    if (last > head) heads.set(document, last)
    if (first > head + 1) void fetch(document, { first: head + 1, last: first - 1 })
  }

  async function fetch(document: Document, { first, last }: SeqRange): Promise<void> {
    const count = last - first + 1
    try {
      const rows = count > MAX_FETCHED_ROWS ? [] : await log.readRange(document.name, { first, last })
      if (rows.length < count) return giveUp(document)
      logger.info({ pageId: document.name, first, last }, 'rows that this server did not write were fetched')
      showRows(document, rows)
    } catch (error) {
      logger.error({ err: error, pageId: document.name }, 'rows could not be fetched')
      giveUp(document)
    }
  }

  /** Whoever has opened the page anew meanwhile has all of it. */
  function giveUp(document: Document): void {
    if (!document.isDestroyed) cannotFollow(document.name)
  }

  function showRows(document: Document, rows: readonly { readonly update: Uint8Array }[]): void {
    if (!document.isDestroyed && rows.length > 0)
      show(
        document,
        rows.map(({ update }) => update),
      )
  }

  /** Fetches whatever has come behind the head. A page that was left before that is looked at when it is open again. */
  async function lookAgain(document: Document, doubt: symbol): Promise<void> {
    if (document.isDestroyed) return
    const head = heads.get(document) ?? 0
    try {
      const rows = await log.readRange(document.name, { first: head + 1, last: head + MAX_FETCHED_ROWS })
      const last = rows.at(-1)?.seq ?? head
      if (last > (heads.get(document) ?? 0)) heads.set(document, last)
      showRows(document, rows)
      if (doubted.get(document.name) === doubt) doubted.delete(document.name)
    } catch (error) {
      logger.error({ err: error, pageId: document.name }, 'a page in doubt could not be looked at again')
      giveUp(document)
    }
  }

  return {
    loaded(document, seq) {
      heads.set(document, seq)
      for (const range of early.get(document) ?? []) advance(document, range)
      early.delete(document)
      const doubt = doubted.get(document.name)
      if (doubt === undefined) return
      const cancel = after(SECOND_LOOK_MS, () => {
        cancels.delete(cancel)
        void lookAgain(document, doubt)
      })
      cancels.add(cancel)
    },

    committed(document, range) {
      if (heads.has(document)) advance(document, range)
      else early.set(document, [...(early.get(document) ?? []), range])
    },

    doubt(pageId) {
      doubted.set(pageId, Symbol())
      const [oldest] = doubted.keys()
      if (doubted.size > MAX_DOUBTED_PAGES && oldest !== undefined) doubted.delete(oldest)
    },

    close() {
      for (const cancel of cancels) cancel()
    },
  }
}
