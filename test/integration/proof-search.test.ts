import { afterAll, beforeAll, expect, test } from 'vitest'
import type { SearchResult } from '../../shared/api/search.ts'
import { queryDatabase } from '../support/database.ts'
import { firstDrive, type Person, register } from '../support/people.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

/** Pages of 150 words each, from a vocabulary of 5,000 of which few are frequent, as in any language. */
const PAGES = 10_000
const SEARCHES = 60
/** What the median may be on a machine with nothing else to do, ms; tests share theirs, and get more. */
const TARGET_MS = 50
const LENIENT = 4

let server: TestServer
let ann: Person

beforeAll(async () => {
  server = await startServer()
  ann = await register(server.url, 'Ann')
  const { id: driveId } = await firstDrive(ann)
  const run = (statement: string, values: unknown[] = []) =>
    queryDatabase<{ count: number }>(server.databaseUrl, statement, values)
  await run(
    `INSERT INTO pages (id, drive_id, title, position, created_by)
     SELECT gen_random_uuid(), $1, 'Page number' || nr, 'b' || nr, $2 FROM generate_series(1, $3::int) nr`,
    [driveId, ann.session.user.id, PAGES],
  )
  await run('INSERT INTO documents (page_id) SELECT id FROM pages ON CONFLICT DO NOTHING')
  await run(
    `INSERT INTO page_texts (page_id, seq, title, text)
     SELECT pages.id, documents.seq, title, (
       SELECT string_agg('word' || floor(5000 * random() ^ 3 + nr * 0)::int, ' ')
       FROM generate_series(1, 150 + 0 * length(title)) nr)
     FROM pages JOIN documents ON documents.page_id = pages.id ON CONFLICT DO NOTHING`,
  )
  // In the order in which the server writes them, which does so at the same time.
  await run(
    `INSERT INTO search_words SELECT DISTINCT word FROM page_texts, unnest(tsvector_to_array(title_words || text_words)) word ORDER BY word ON CONFLICT DO NOTHING`,
  )
  await run('ANALYZE')
}, 120_000)
afterAll(() => server.close())

test('10,000 pages are searched in under 50 ms at the median', async () => {
  const times: Record<string, number[]> = {}
  const QUERIES: Record<string, (nr: number) => string> = {
    'a rare word': (nr) => `word${4_000 + nr}`,
    'two words': (nr) => `word${100 + nr} word${200 + nr}`,
    'a beginning that is everywhere': () => 'wor',
    'a title': (nr) => `page number${nr}`,
    'a mistyped word': (nr) => `wrod${4_000 + nr}`,
  }
  for (let nr = 0; nr < SEARCHES / 5; nr++) {
    for (const [kind, toQuery] of Object.entries(QUERIES)) {
      const since = performance.now()
      const { body } = await ann.request<SearchResult>(
        'GET',
        `/api/search?q=${encodeURIComponent(toQuery(nr))}`,
      )
      times[kind] = [...(times[kind] ?? []), performance.now() - since]
      expect([kind, body.items.length > 0]).toEqual([kind, true])
    }
  }
  const median = (values: readonly number[]) =>
    [...values].sort((a, b) => a - b)[values.length >> 1] as number
  const all = Object.values(times).flat()
  for (const [kind, values] of Object.entries(times)) console.log(`${kind}: ${median(values).toFixed(1)} ms`)
  console.log(
    `median of ${all.length} searches in ${PAGES} pages: ${median(all).toFixed(1)} ms (target ${TARGET_MS})`,
  )
  expect(median(all)).toBeLessThan(TARGET_MS * LENIENT)
}, 60_000)
