import { and, eq, isNull, sql } from 'drizzle-orm'
import type { Db } from '../database/connect.ts'
import { documents, pages, pageTexts } from '../database/schema.ts'
import type { Logger } from '../operations/logger.ts'
import type { PageMention } from './notifications.ts'

/** How long a page must have been quiet before its text is read, ms, and the longest that one which is not waits. */
const QUIET_MS = 2_000
const LONGEST_WAIT_MS = 20_000
/** How often pages are looked for that changed without a word: renamed, from before a restart, or by another server, ms. */
const SWEEP_MS = 10_000
/** After pages were read, nothing is done for this many times as long as it took, and no longer than so many ms. */
const REST_FACTOR = 2
const LONGEST_REST_MS = 5_000
/** Pages that are read in a row before there is a rest. */
const MAX_READ_AT_ONCE = 100
/** Pages that are remembered as changed; one more is found by a sweep. */
const MAX_REMEMBERED_PAGES = 10_000
/** How many pages one sweep finds at most. */
const MAX_SWEPT_PAGES = 500
/** How much of a page is searched, characters: some hundred printed pages. */
export const MAX_SEARCHED_CHARACTERS = 100_000
/** Words outside of these lengths are not offered for a mistyped one. */
const MIN_WORD_LENGTH = 3
const MAX_WORD_LENGTH = 40

/**
 * Keeps what the search knows of pages' titles and text current, and tells those who are named in it, in the
 * background: no commit waits for it.
 */
export interface PageTexts {
  /** Notes that a page's text was changed; costs a map entry. */
  pageChanged(pageId: string): void
  /** Notes that a page is new or has another title: it is found by it at once, without waiting for quiet. */
  pageNamed(pageId: string): void
  /** Brings everything up to date that the search does not know yet, without waiting for pages to be quiet. */
  catchUp(): Promise<void>
  /** Begins nothing more. */
  stop(): void
  /** Resolves when nothing is under way any more. */
  close(): Promise<void>
}

export interface PageTextsDeps {
  readonly db: Db
  /** The page's committed text and its `seq`, and whom it names since the `seq` that is known. */
  readonly readText: (pageId: string, since: number) => Promise<PageText>
  /** Tells those who are named. Called again with the same ones when the server stopped in between. */
  readonly mentioned: (pageId: string, mentions: readonly PageMention[]) => Promise<void>
  readonly logger: Pick<Logger, 'warn'>
  readonly now?: () => number
}

/** A page's committed text, and who was named in it lately. */
export interface PageText {
  readonly seq: number
  readonly text: string
  readonly mentions: readonly PageMention[]
}

export function createPageTexts({
  db,
  readText,
  mentioned,
  logger,
  now = Date.now,
}: PageTextsDeps): PageTexts {
  /** When each page was first and last changed since its text was read. */
  const changed = new Map<string, { first: number; last: number }>()
  /** Pages that could not be read: left alone until they change again. */
  const unreadable = new Map<string, number>()
  /** Pages whose titles are stored next, and whether that is under way. */
  const named = new Set<string>()
  let naming: Promise<void> | undefined
  let closing = false
  let sweptAt = Number.NEGATIVE_INFINITY
  let timer: NodeJS.Timeout | undefined
  let running: Promise<void> = Promise.resolve()
  wakeIn(QUIET_MS)

  function wakeIn(ms: number): void {
    if (closing) return
    timer = setTimeout(() => {
      const startedAt = now()
      running = work().then(() => wakeIn(computeRestMs(now() - startedAt)))
    }, ms)
    timer.unref()
  }

  /** Reads the pages that are due, or looks for more. */
  async function work(): Promise<void> {
    try {
      const due = [...changed].filter(
        ([, { first, last }]) => now() - last >= QUIET_MS || now() - first >= LONGEST_WAIT_MS,
      )
      for (const [pageId] of due.slice(0, MAX_READ_AT_ONCE)) {
        if (closing) return
        changed.delete(pageId)
        await readPage(pageId)
      }
      if (due.length === 0 && now() - sweptAt >= SWEEP_MS) {
        sweptAt = now()
        for (const pageId of await findOutdated()) note(pageId, Number.NEGATIVE_INFINITY)
      }
    } catch (error) {
      if (!closing) logger.warn({ err: error }, 'the search is not up to date; it is tried again')
    }
  }

  function note(pageId: string, at: number): void {
    const known = changed.get(pageId)
    if (known !== undefined) known.last = Math.max(known.last, at)
    else if (changed.size < MAX_REMEMBERED_PAGES) changed.set(pageId, { first: at, last: at })
  }

  /** Stores the titles of all that was named meanwhile; one that cannot be stored is found by a sweep. */
  async function storeTitles(): Promise<void> {
    while (named.size > 0 && !closing) {
      const ids = [...named].slice(0, MAX_READ_AT_ONCE)
      for (const id of ids) named.delete(id)
      try {
        await db.execute(sql`
          INSERT INTO page_texts (page_id, seq, title, text)
          SELECT id, 0, title, '' FROM pages WHERE id = ANY(${sql.param(ids)}::uuid[]) AND deleted_at IS NULL
          ON CONFLICT (page_id) DO UPDATE SET title = excluded.title`)
        await learnWords(ids)
      } catch (error) {
        if (!closing) logger.warn({ err: error }, 'new titles are not found yet; they are looked for again')
      }
    }
    naming = undefined
  }

  async function findOutdated(): Promise<string[]> {
    const rows = await db
      .select({ id: pages.id, seq: documents.seq })
      .from(pages)
      .innerJoin(documents, eq(documents.pageId, pages.id))
      .leftJoin(pageTexts, eq(pageTexts.pageId, pages.id))
      .where(
        and(
          isNull(pages.deletedAt),
          sql`(${pageTexts.seq} IS DISTINCT FROM ${documents.seq} OR ${pageTexts.title} IS DISTINCT FROM ${pages.title})`,
        ),
      )
      .limit(MAX_SWEPT_PAGES)
    return rows.filter(({ id, seq }) => unreadable.get(id) !== seq).map(({ id }) => id)
  }

  async function readPage(pageId: string): Promise<void> {
    const [page] = await db
      .select({ title: pages.title, seq: documents.seq, known: pageTexts.seq })
      .from(pages)
      .innerJoin(documents, eq(documents.pageId, pages.id))
      .leftJoin(pageTexts, eq(pageTexts.pageId, pages.id))
      .where(and(eq(pages.id, pageId), isNull(pages.deletedAt)))
    if (page === undefined) return
    const read = page.known === page.seq ? null : await tryToRead(pageId, page.known ?? 0, page.seq)
    if (read === undefined) return
    // Before the text is known: what is known is not looked at again.
    if (read !== null && !(await tryToTell(pageId, read.mentions))) return
    await store(pageId, page.title, read)
  }

  /** Undefined if it fails. A page that is damaged is left alone until it changes; others are tried again. */
  async function tryToRead(pageId: string, known: number, seq: number) {
    try {
      const read = await readText(pageId, known)
      unreadable.delete(pageId)
      return read
    } catch (error) {
      if (closing) return undefined
      if ((error as { code?: unknown }).code === 'page-unreadable' && unreadable.size < MAX_REMEMBERED_PAGES)
        unreadable.set(pageId, seq)
      logger.warn({ err: error, pageId }, 'a page’s text could not be read for the search')
      return undefined
    }
  }

  /** False if it fails: then the page is found again by a sweep. */
  async function tryToTell(pageId: string, mentions: readonly PageMention[]): Promise<boolean> {
    try {
      if (mentions.length > 0) await mentioned(pageId, mentions)
      return true
    } catch (error) {
      if (!closing) logger.warn({ err: error, pageId }, 'those who are named on a page were not told')
      return false
    }
  }

  /** Stores what was read; null leaves the text as it is, under a new title. */
  async function store(
    pageId: string,
    title: string,
    read: { seq: number; text: string } | null,
  ): Promise<void> {
    const text = read?.text.slice(0, MAX_SEARCHED_CHARACTERS).replaceAll('\u0000', ' ') ?? ''
    await db
      .insert(pageTexts)
      .values({ pageId, title, seq: read?.seq ?? 0, text })
      .onConflictDoUpdate({
        target: pageTexts.pageId,
        set: read === null ? { title } : { title, seq: read.seq, text },
      })
    await learnWords([pageId])
  }

  /** Offers the words of these pages for mistyped ones from now on. */
  async function learnWords(pageIds: readonly string[]): Promise<void> {
    await db.execute(sql`
      INSERT INTO search_words (word)
      SELECT DISTINCT word FROM page_texts, unnest(tsvector_to_array(title_words || text_words)) AS word
      WHERE page_id = ANY(${sql.param(pageIds)}::uuid[])
        AND length(word) BETWEEN ${MIN_WORD_LENGTH} AND ${MAX_WORD_LENGTH} AND word !~ '[[:punct:][:space:]]'
      ORDER BY word
      ON CONFLICT DO NOTHING`)
  }

  function stop(): void {
    closing = true
    clearTimeout(timer)
  }

  return {
    pageChanged(pageId) {
      if (!closing) note(pageId, now())
    },

    pageNamed(pageId) {
      if (closing || named.size >= MAX_REMEMBERED_PAGES) return
      named.add(pageId)
      note(pageId, now())
      naming ??= storeTitles()
    },

    async catchUp() {
      await running
      for (let found = await findOutdated(); found.length > 0 && !closing; found = await findOutdated()) {
        for (const pageId of found) await readPage(pageId)
      }
    },

    stop,

    async close() {
      stop()
      await running
      await naming
    },
  }
}

function computeRestMs(tookMs: number): number {
  return Math.min(Math.max(QUIET_MS / 4, tookMs * REST_FACTOR), LONGEST_REST_MS)
}
