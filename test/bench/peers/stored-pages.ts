import pg from 'pg'
import * as Y from 'yjs'
import { until } from '../../support/until.ts'

// What would take hours to type is written into the databases directly, as the servers themselves would have
// written it. The one place in the benchmark that knows their tables.

const ROWS_AT_ONCE = 10_000
const SNAPSHOT_TIMEOUT_MS = 60_000

/** Gives a page that nobody has open a log: one row for each update. */
export async function writeLog(
  databaseUrl: string,
  pageId: string,
  updates: readonly Uint8Array[],
): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    for (let first = 0; first < updates.length; first += ROWS_AT_ONCE) {
      const rows = updates.slice(first, first + ROWS_AT_ONCE).map((update) => Buffer.from(update))
      await client.query(
        `INSERT INTO document_updates (page_id, seq, update, user_id)
         SELECT $1, $2 + place, update, pages.created_by
         FROM unnest($3::bytea[]) WITH ORDINALITY AS change (update, place), pages WHERE pages.id = $1`,
        [pageId, first, rows],
      )
    }
    await client.query('UPDATE documents SET seq = $2 WHERE page_id = $1', [pageId, updates.length])
    await settle(client)
  })
}

/** Resolves when the server has written a snapshot of the page. */
export async function waitForSnapshot(databaseUrl: string, pageId: string): Promise<void> {
  await withClient(databaseUrl, (client) =>
    until(
      async () => {
        const { rows } = await client.query('SELECT FROM document_snapshots WHERE page_id = $1', [pageId])
        return rows.length > 0
      },
      { timeoutMs: SNAPSHOT_TIMEOUT_MS },
    ),
  )
}

/** Gives a drive members who may edit, each with an account and a session. */
export async function addMembers(
  databaseUrl: string,
  driveId: string,
  count: number,
): Promise<{ userId: string; sessionId: string; name: string }[]> {
  return withClient(databaseUrl, async (client) => {
    const { rows } = await client.query(
      `WITH person AS (
         INSERT INTO users (id, kind, name, email, password_hash)
         SELECT gen_random_uuid(), 'user', 'Person ' || nr, 'person' || nr || '@example.com', 'nobody signs in'
         FROM generate_series(1, $2::int) nr RETURNING id, name
       ),
       member AS (
         INSERT INTO drive_members (drive_id, user_id, role) SELECT $1, id, 'editor' FROM person RETURNING user_id
       )
       INSERT INTO sessions (id, user_id, expires_at)
       SELECT gen_random_uuid(), person.id, now() + interval '1 day' FROM person JOIN member ON user_id = person.id
       RETURNING user_id AS "userId", id AS "sessionId", (SELECT name FROM person WHERE person.id = user_id) AS name`,
      [driveId, count],
    )
    await settle(client)
    return rows
  })
}

/** Adds pages beside one that is there, each with a log of its own. Nobody is meant to open these. */
export async function addPages(
  databaseUrl: string,
  plan: { pages: number; rowsPerPage: number; rowBytes: number },
): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query(
      `WITH page AS (
         INSERT INTO pages (id, drive_id, parent_id, title, position, created_by)
         SELECT gen_random_uuid(), drive_id, parent_id, 'Filling ' || number, position || number, created_by
         FROM (SELECT * FROM pages WHERE parent_id IS NOT NULL LIMIT 1) AS model,
           generate_series(1, $1::int) AS number
         RETURNING id, created_by
       ),
       document AS (
         INSERT INTO documents (page_id, seq) SELECT id, $2::int FROM page RETURNING page_id
       )
       INSERT INTO document_updates (page_id, seq, update, user_id)
       SELECT page.id, seq, $3, created_by
       FROM page JOIN document ON page_id = page.id, generate_series(1, $2::int) AS seq`,
      [plan.pages, plan.rowsPerPage, Buffer.alloc(plan.rowBytes)],
    )
    await settle(client)
  })
}

/**
 * Fills a drive with pages of four levels, ten below each, each with 150 words from a vocabulary of 5,000 of
 * which few are frequent, ready to be searched.
 */
export async function fillDrive(databaseUrl: string, driveId: string, pages: number): Promise<void> {
  await withClient(databaseUrl, async (client) => {
    await client.query(
      `WITH RECURSIVE level (id, parent_id, nr, depth) AS (
         SELECT gen_random_uuid(), NULL::uuid, nr, 1 FROM generate_series(1, 9) nr
         UNION ALL
         SELECT gen_random_uuid(), level.id, below.nr, depth + 1
         FROM level CROSS JOIN generate_series(1, 10) AS below (nr) WHERE depth < 4
       ),
       page AS (
         INSERT INTO pages (id, drive_id, parent_id, title, position, created_by)
         SELECT level.id, drives.id, parent_id, 'Page with a usual title ' || row_number() OVER (), 'b' || chr(64 + nr), created_by
         FROM level, drives WHERE drives.id = $1 LIMIT $2
         RETURNING id, title
       ),
       document AS (INSERT INTO documents (page_id) SELECT id FROM page RETURNING page_id, seq)
       INSERT INTO page_texts (page_id, seq, title, text)
       SELECT page.id, document.seq, title, (
         SELECT string_agg('word' || floor(5000 * random() ^ 3 + nr * 0)::int, ' ')
         FROM generate_series(1, 150 + 0 * length(title)) nr)
       FROM page JOIN document ON page_id = page.id`,
      [driveId, pages],
    )
    await client.query(
      `INSERT INTO search_words SELECT DISTINCT word
       FROM page_texts, unnest(tsvector_to_array(title_words || text_words)) word ON CONFLICT DO NOTHING`,
    )
    await settle(client)
  })
}

/** Leaves the database as one that has had its time: statistics made, pages written. */
async function settle(client: pg.Client): Promise<void> {
  await client.query('ANALYZE')
  await client.query('CHECKPOINT')
}

/** Stores a document's state in the table of `hocuspocus-database.ts`. */
export async function writeState(
  databaseUrl: string,
  name: string,
  updates: readonly Uint8Array[],
): Promise<void> {
  const doc = new Y.Doc()
  doc.transact(() => {
    for (const update of updates) Y.applyUpdate(doc, update)
  })
  await withClient(databaseUrl, (client) =>
    client.query('INSERT INTO documents (name, data) VALUES ($1, $2)', [
      name,
      Buffer.from(Y.encodeStateAsUpdate(doc)),
    ]),
  )
}

async function withClient<Result>(
  url: string,
  work: (client: pg.Client) => Promise<Result>,
): Promise<Result> {
  const client = new pg.Client(url)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}
