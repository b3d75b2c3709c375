import { type SQL, sql } from 'drizzle-orm'
import {
  MAX_SEARCH_HITS,
  type SearchHit,
  type SearchQuery,
  type SearchResult,
} from '../../shared/api/search.ts'
import { findViewable } from '../access/viewers.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db } from '../database/connect.ts'

/** More words than these are not looked at. */
const MAX_WORDS = 8
/** Of hits of one kind so many are compared at most; of a word that is everywhere any of them will do. */
const MAX_RANKED = 500
/** How many hits are looked at whether the asker may see them. */
const MAX_CHECKED = 3 * MAX_SEARCH_HITS
/** Shorter words are taken as they are: too much is alike. */
const MIN_CORRECTED_LENGTH = 4
/** How many words alike are looked for instead of one. */
const MAX_ALIKE = 3
/** How much of a text a snippet shows before the first hit and altogether, characters. */
const SNIPPET_BEFORE = 60
const SNIPPET_LENGTH = 240

/** What needs no quoting anywhere. */
const ONLY_LETTERS = /^[\p{L}\p{N}\p{M}]+$/u

/** Finds titles, text and messages among what somebody may see. */
export type Search = (identity: Identity, query: SearchQuery) => Promise<SearchResult>

/** One word that was typed, and the words alike that are looked for as well. */
interface Term {
  readonly word: string
  readonly alike: readonly string[]
}

export function createSearch(db: Db): Search {
  let hasTrigrams: Promise<boolean> | undefined

  /** Whether the database has pg_trgm; without it mistyped words are not found. */
  function knowsTrigrams(): Promise<boolean> {
    hasTrigrams ??= db
      .execute(sql`SELECT FROM pg_extension WHERE extname = 'pg_trgm'`)
      .then(({ rows }) => rows.length > 0)
      .catch((error: unknown) => {
        hasTrigrams = undefined
        throw error
      })
    return hasTrigrams
  }

  async function correct(words: readonly string[]): Promise<Term[]> {
    if (!(await knowsTrigrams())) return words.map((word) => ({ word, alike: [] }))
    const { rows } = await db.execute<{ typed: string; alike: string[] }>(sql`
      SELECT typed, ARRAY(
        SELECT word FROM search_words WHERE length(typed) >= ${MIN_CORRECTED_LENGTH} AND word % typed
        ORDER BY similarity(word, typed) DESC, word LIMIT ${MAX_ALIKE}
      ) AS alike FROM unnest(${sql.param(words)}::text[]) AS typed`)
    return rows.map(({ typed, alike }) => ({
      word: typed,
      alike: alike.filter((word) => ONLY_LETTERS.test(word)),
    }))
  }

  async function find(identity: Identity, driveId: string | undefined, terms: readonly Term[]) {
    const hits = await findHits(db, identity, driveId, terms)
    const viewable = await findViewable(
      db,
      identity,
      hits.map(({ page }) => page.id),
    )
    return hits.filter(({ page }) => viewable.has(page.id)).slice(0, MAX_SEARCH_HITS)
  }

  return async (identity, { q, driveId }) => {
    const words = toWords(q)
    if (words.length === 0) return { items: [], corrected: false }
    const exact = await find(
      identity,
      driveId,
      words.map((word) => ({ word, alike: [] })),
    )
    if (exact.length > 0) return { items: exact, corrected: false }
    const terms = await correct(words)
    if (terms.every(({ alike }) => alike.length === 0)) return { items: [], corrected: false }
    const items = await find(identity, driveId, terms)
    return { items, corrected: items.length > 0 }
  }
}

/** Letters and digits only: nothing in them means anything to `to_tsquery`. */
function toWords(q: string): string[] {
  const words = q.toLowerCase().match(/[\p{L}\p{N}\p{M}]+/gu) ?? []
  return [...new Set(words)].slice(0, MAX_WORDS)
}

function toTsQuery(terms: readonly Term[]): string {
  return terms
    .map(({ word, alike }) => `(${[`'${word}':*`, ...alike.map((other) => `'${other}'`)].join(' | ')})`)
    .join(' & ')
}

/** Candidates: titles before text before messages, of each the best first; what the asker may really see is for `decideAccess` to say. */
async function findHits(
  db: Db,
  identity: Identity,
  driveId: string | undefined,
  terms: readonly Term[],
): Promise<SearchHit[]> {
  const words = terms.flatMap(({ word, alike }) => [word, ...alike])
  const { rows } = await db.execute<{
    kind: SearchHit['kind']
    page_id: string
    drive_id: string
    title: string
    message_id: string | null
    snippet: string
  }>(sql`
    WITH RECURSIVE query AS (SELECT to_tsquery('simple', ${toTsQuery(terms)}) AS words),
    mine AS MATERIALIZED (
      SELECT drive_id FROM drive_members JOIN drives ON drives.id = drive_id
      WHERE user_id = ${identity.userId} AND deleted_at IS NULL
    ),
    linked AS (
      (SELECT page_id AS id FROM share_links WHERE revoked_at IS NULL AND id IN (
          SELECT share_link_id FROM sessions WHERE id = ${identity.sessionId}
          UNION SELECT link_id FROM opened_links WHERE user_id = ${identity.userId})
        UNION SELECT page_id FROM page_grants WHERE user_id = ${identity.userId})
      UNION
      SELECT below.id FROM pages below JOIN linked ON below.parent_id = linked.id
    ),
    found AS (
      (SELECT 'title' AS kind, page_id, NULL::uuid AS message_id, title AS text, 2 + ts_rank(title_words, query.words) AS rank
        FROM query, page_texts WHERE title_words @@ query.words AND ${isWithin(sql`page_id`, driveId)}
        LIMIT ${MAX_RANKED})
      UNION ALL
      (SELECT 'text', page_id, NULL, text, 1 + ts_rank(text_words, query.words, 1)
        FROM query, page_texts WHERE text_words @@ query.words AND ${isWithin(sql`page_id`, driveId)}
        LIMIT ${MAX_RANKED})
      UNION ALL
      (SELECT 'message', page_id, id, body, ts_rank(to_tsvector('simple', body), query.words, 1)
        FROM query, messages WHERE to_tsvector('simple', body) @@ query.words
          AND ${isWithin(sql`page_id`, driveId)}
        LIMIT ${MAX_RANKED})
    )
    SELECT best.kind, pages.id AS page_id, pages.drive_id, pages.title, best.message_id,
      substr(best.text, greatest(1, coalesce((
        SELECT min(strpos(lower(best.text), word)) FROM unnest(${sql.param(words)}::text[]) AS word
        WHERE strpos(lower(best.text), word) > 0), 1) - ${SNIPPET_BEFORE}), ${SNIPPET_LENGTH}) AS snippet
    FROM (SELECT * FROM found ORDER BY rank DESC, page_id, message_id LIMIT ${MAX_CHECKED}) best
    JOIN pages ON pages.id = best.page_id
    ORDER BY best.rank DESC, best.page_id, best.message_id`)
  return rows.map((row) => ({
    kind: row.kind,
    page: { id: row.page_id, driveId: row.drive_id, title: row.title },
    messageId: row.message_id,
    snippet: highlight(row.snippet, words),
  }))
}

/**
 * Narrows a search down to where the asker may see anything at all. It is a subquery for a value, so that
 * PostgreSQL looks at the pages that match and not at all of them.
 */
function isWithin(pageId: SQL, driveId: string | undefined): SQL {
  return sql`(
    SELECT deleted_at IS NULL AND (drive_id IN (SELECT drive_id FROM mine) OR id IN (SELECT id FROM linked))
      ${driveId === undefined ? sql`` : sql`AND drive_id = ${driveId}`}
    FROM pages WHERE id = ${pageId})`
}

/** A text in pieces, with the words that begin like one of `words` apart. */
function highlight(text: string, words: readonly string[]): SearchHit['snippet'] {
  const pattern = new RegExp(`(?<![\\p{L}\\p{N}])((?:${words.join('|')})[\\p{L}\\p{N}\\p{M}]*)`, 'giu')
  return text
    .split(pattern)
    .map((piece, nr) => ({ text: piece, isHit: nr % 2 === 1 }))
    .filter((piece) => piece.text !== '')
}
