import { performance } from 'node:perf_hooks'
import pg from 'pg'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Drive } from '../../shared/api/drives.ts'
import type { ChildPageList } from '../../shared/api/page-tree.ts'
import type { Page, PageList } from '../../shared/api/pages.ts'
import { queryDatabase } from '../support/database.ts'
import { listPages, type Person, register } from '../support/people.ts'
import { chooseSeed, createRandom, isLong, scale } from '../support/proof-scale.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

let server: TestServer
let owner: Person
beforeAll(async () => {
  server = await startServer()
  owner = await register(server.url, 'Olga')
})
afterAll(() => server.close())

async function newDrive(): Promise<Drive> {
  return (await owner.request<Drive>('POST', '/api/drives', { name: 'Drive' })).body
}

interface Row {
  readonly id: string
  readonly drive_id: string
  readonly parent_id: string | null
  readonly deleted: boolean
}

/** What is wrong with a tree: pages in a circle, below a page of another drive, or living below a deleted one. */
function findFaults(rows: readonly Row[]): string[] {
  const byId = new Map(rows.map((row) => [row.id, row]))
  return rows.flatMap((row) => {
    const faults: string[] = []
    const seen = new Set<string>()
    for (let at: Row | undefined = row; at !== undefined; ) {
      if (seen.has(at.id)) return [`${row.id} hangs on a circle`]
      seen.add(at.id)
      const above: Row | undefined = at.parent_id === null ? undefined : byId.get(at.parent_id)
      if (at.parent_id !== null && above === undefined) faults.push(`${at.id} has lost its parent`)
      if (above !== undefined && above.drive_id !== at.drive_id) faults.push(`${at.id} is in another drive`)
      if (above?.deleted && !at.deleted) faults.push(`${at.id} lives below a deleted page`)
      at = above
    }
    return faults
  })
}

test('faults of a tree are found', () => {
  const row = (id: string, parent_id: string | null, drive_id = 'd', deleted = false): Row => ({
    ...{ id, parent_id, drive_id, deleted },
  })
  expect(findFaults([row('a', null), row('b', 'a'), row('c', 'b', 'd', true)])).toEqual([])
  expect(findFaults([row('a', 'b'), row('b', 'a')])).toHaveLength(2)
  expect(findFaults([row('a', 'x')])).toHaveLength(1)
  expect(findFaults([row('a', null), row('b', 'a', 'e')])).toHaveLength(1)
  expect(findFaults([row('a', null, 'd', true), row('b', 'a')])).toHaveLength(1)
})

test(
  'E2 · random moves at the same time, within and across drives, never make a circle or lose a page',
  async () => {
    const random = createRandom(chooseSeed('page tree'))
    const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
    const drives = [await newDrive(), await newDrive(), await newDrive()]
    const ids: string[] = []
    for (let nr = 0; nr < 24; nr++) {
      const drive = pick(drives)
      const answer = await owner.request<Page>('POST', `/api/drives/${drive.id}/pages`, { title: `${nr}` })
      ids.push(answer.body.id)
    }
    const counts = new Map<number, number>()
    const once = async (): Promise<void> => {
      const pageId = pick(ids)
      const kind = random()
      const [parentId, driveId, beside] = [pick(ids), pick(drives).id, pick(ids)]
      const { status, body } =
        kind < 0.75
          ? await owner.request('POST', `/api/pages/${pageId}/move`, {
              parentId,
              ...(random() < 0.3 ? { afterId: beside } : {}),
            })
          : kind < 0.85
            ? await owner.request('POST', `/api/pages/${pageId}/move`, { parentId: null, driveId })
            : kind < 0.9
              ? await owner.request('DELETE', `/api/pages/${pageId}`)
              : await owner.request('POST', `/api/pages/${pageId}/restore`)
      counts.set(status, (counts.get(status) ?? 0) + 1)
      // Refused for a reason, never because somebody else was at it.
      if (status >= 300) expect([404, 409], JSON.stringify(body)).toContain(status)
    }
    const rounds = scale(40, 600)
    for (let round = 0; round < rounds; round++) await Promise.all(Array.from({ length: 8 }, once))

    const rows = await queryDatabase<Row>(
      server.databaseUrl,
      `SELECT id, drive_id, parent_id, deleted_at IS NOT NULL AS deleted FROM pages WHERE id = ANY($1)`,
      [ids],
    )
    expect(rows).toHaveLength(ids.length)
    expect(findFaults(rows)).toEqual([])
    // What lives is in the lists, and nothing else.
    const listed = await Promise.all(drives.map(async ({ id }) => (await listPages(owner, id)).items))
    const live = rows.filter(({ deleted }) => !deleted).map(({ id }) => id)
    expect(
      listed
        .flat()
        .map(({ id }) => id)
        .sort(),
    ).toEqual(live.sort())
    expect(counts.get(200) ?? 0).toBeGreaterThan(rounds)
    console.info(`page tree: answers by status ${JSON.stringify(Object.fromEntries(counts))}`)
  },
  scale(60_000, 600_000),
)

const PAGES = 10_000
/** The bound on a machine of its own; on one that is busy with other tests, time counts several times. */
const MAX_LIST_MS = isLong ? 100 : 1_500

test(`V1 · a tree of ${PAGES} pages is listed in under 100 ms, and its top and a 304 in a fraction of that`, async () => {
  const drive = await newDrive()
  const client = new pg.Client(server.databaseUrl)
  await client.connect()
  try {
    // Ten at the top, each with ten, and so on: four levels.
    await client.query(
      `WITH RECURSIVE level (id, parent_id, nr, depth) AS (
         SELECT gen_random_uuid(), NULL::uuid, nr, 1 FROM generate_series(1, 9) nr
         UNION ALL
         SELECT gen_random_uuid(), level.id, below.nr, depth + 1
         FROM level CROSS JOIN generate_series(1, 10) AS below (nr) WHERE depth < 4
       )
       INSERT INTO pages (id, drive_id, parent_id, title, position, created_by)
       SELECT id, $1, parent_id, 'A page with a title of usual length', 'a' || chr(64 + nr), $2 FROM level
       LIMIT ${PAGES}`,
      [drive.id, owner.session.user.id],
    )
    await client.query('ANALYZE pages')
  } finally {
    await client.end()
  }
  const path = `/api/drives/${drive.id}/pages`
  const times = async (ask: () => Promise<unknown>): Promise<number> => {
    const measured: number[] = []
    for (let nr = 0; nr < 21; nr++) {
      const start = performance.now()
      await ask()
      measured.push(performance.now() - start)
    }
    return measured.sort((a, b) => a - b)[10] as number
  }
  const { body, headers } = await owner.request<PageList>('GET', path)
  expect(body.items.length).toBeGreaterThan(9_900)
  const token = { authorization: `Bearer ${owner.session.accessToken}` }
  const get = async (query: string, more: Record<string, string> = {}) => {
    const response = await fetch(server.url + path + query, { headers: { ...token, ...more } })
    await response.arrayBuffer()
    return response.status
  }
  const before = process.cpuUsage()
  const whole = await times(() => get(''))
  const { user, system } = process.cpuUsage(before)
  const cpu = (user + system) / 1000 / 21
  const top = await times(() => get('?parentId=root'))
  const unchanged = await times(() => get('', { 'if-none-match': headers.get('etag') as string }))
  const { body: root } = await owner.request<ChildPageList>('GET', `${path}?parentId=root`)
  expect(root.items).toHaveLength(9)
  for (const { hasChildren } of root.items) expect(hasChildren).toBe(true)
  console.info(
    `page tree: ${body.items.length} pages in ${whole.toFixed(1)} ms (${cpu.toFixed(1)} ms of this process, client included), the top in ${top.toFixed(1)} ms, ` +
      `unchanged in ${unchanged.toFixed(1)} ms (medians of 21)`,
  )
  expect(whole).toBeLessThan(MAX_LIST_MS)
  expect(top).toBeLessThan(MAX_LIST_MS)
  expect(unchanged).toBeLessThan(MAX_LIST_MS)
}, 120_000)
