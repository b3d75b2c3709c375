import { randomUUID } from 'node:crypto'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createInlineFolder } from '../../server/documents/fold.ts'
import { createSnapshotStore } from '../../server/documents/snapshot-store.ts'
import { createSnapshots } from '../../server/documents/snapshots.ts'
import {
  createThinVersions,
  MAX_THINNED_VERSIONS,
  type ThinVersions,
} from '../../server/documents/version-retention.ts'
import type { VersionKind } from '../../shared/api/versions.ts'
import { createStoredPages, type StoredPages } from '../support/stored-pages.ts'

const START = Date.parse('2026-03-02T00:00:00Z')
const FIRST_PAGE_ID = '00000000-0000-0000-0000-000000000000'
const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

let pages: StoredPages
let now: number
let thin: ThinVersions

beforeAll(async () => {
  pages = await createStoredPages()
  thin = createThinVersions({ pool: pages.database.pool, retentionDays: 30, now: () => new Date(now) })
})
afterAll(() => pages.close())

/** Keeps versions as of these times, in ms behind the start; the n-th is of `seq` n. */
async function keep(
  pageId: string,
  times: readonly number[],
  { kind = 'automatic', contributors = [] }: { kind?: VersionKind; contributors?: string[] } = {},
): Promise<void> {
  await pages.query(
    `INSERT INTO document_versions (id, page_id, seq, state, kind, contributors, created_at)
     SELECT gen_random_uuid(), $1, place, '\\x00', $2, $3, to_timestamp(time / 1000)
     FROM unnest($4::float8[]) WITH ORDINALITY AS kept (time, place)`,
    [pageId, kind, contributors, times.map((time) => START + time)],
  )
}

/** The times of a page's versions, oldest first, in units behind the start. */
async function times(pageId: string, unit: number): Promise<number[]> {
  const rows = await pages.query(
    'SELECT created_at FROM document_versions WHERE page_id = $1 ORDER BY created_at',
    [pageId],
  )
  return rows.map((row) => ((row['created_at'] as Date).getTime() - START) / unit)
}

/** Thins one page as it would be at a time, until nothing is left to do. */
async function thinAt(pageId: string, time: number): Promise<void> {
  now = START + time
  while ((await thin(FIRST_PAGE_ID, pageId)) > 0);
}

const everyTenMinutes = (hours: number) => Array.from({ length: hours * 6 }, (_, index) => (index * HOUR) / 6)

test('D6 · versions that nobody named are all kept for a day, then one an hour, a day and a week', async () => {
  const pageId = await pages.create()
  await keep(pageId, everyTenMinutes(48))
  await thinAt(pageId, 24 * HOUR)
  expect(await times(pageId, MINUTE)).toHaveLength(288)

  await thinAt(pageId, 48 * HOUR)
  const kept = await times(pageId, MINUTE)
  // The newest of each hour of the first day; the second day is whole.
  expect(kept.slice(0, 24)).toEqual(Array.from({ length: 24 }, (_, hour) => hour * 60 + 50))
  expect(kept).toHaveLength(24 + 144)

  await thinAt(pageId, 10 * DAY)
  expect(await times(pageId, MINUTE)).toEqual([24 * 60 - 10, 48 * 60 - 10])
  await thinAt(pageId, 89 * DAY)
  expect(await times(pageId, MINUTE)).toHaveLength(2)
  await thinAt(pageId, 93 * DAY)
  expect(await times(pageId, MINUTE)).toEqual([48 * 60 - 10])
  await thinAt(pageId, 10_000 * DAY)
  expect(await times(pageId, MINUTE)).toHaveLength(1)
})

test('D6 · thinned step by step or at once, the same versions stay', async () => {
  const [slow, quick] = [await pages.create(), await pages.create()]
  const all = Array.from({ length: 400 }, (_, index) => index * 7 * HOUR)
  await keep(slow, all)
  await keep(quick, all)
  for (let day = 1; day <= 250; day += 3) await thinAt(slow, day * DAY)
  await thinAt(slow, 260 * DAY)
  await thinAt(quick, 260 * DAY)
  const kept = await times(slow, MINUTE)
  expect(kept).toEqual(await times(quick, MINUTE))
  expect(kept.length).toBeLessThan(60)
})

test('D6 · named versions stay, and those before a restore or an overwrite for the retention', async () => {
  const pageId = await pages.create()
  await keep(pageId, everyTenMinutes(1), { kind: 'named' })
  await keep(pageId, everyTenMinutes(1), { kind: 'before-restore' })
  await keep(pageId, everyTenMinutes(1), { kind: 'before-overwrite' })
  await thinAt(pageId, 29 * DAY)
  expect(await times(pageId, MINUTE)).toHaveLength(18)
  await thinAt(pageId, 31 * DAY)
  expect(await times(pageId, MINUTE)).toHaveLength(6 + 1)
  const kinds = await pages.query('SELECT kind FROM document_versions WHERE page_id = $1', [pageId])
  expect(kinds.filter(({ kind }) => kind === 'named')).toHaveLength(6)
})

test('D6 · whoever wrote for a version that goes is named with the next one that stays', async () => {
  const pageId = await pages.create()
  const [ann, bob, cleo] = [randomUUID(), randomUUID(), randomUUID()]
  await keep(pageId, [1, 2], { contributors: [ann] })
  await pages.query('UPDATE document_versions SET contributors = $2 WHERE page_id = $1 AND seq = 2', [
    pageId,
    [bob],
  ])
  await pages.query(
    `INSERT INTO document_versions (id, page_id, seq, state, kind, contributors, created_at)
     VALUES (gen_random_uuid(), $1, 3, '\\x00', 'automatic', $2, to_timestamp($3::float8))`,
    [pageId, [cleo, ann], (START + 3) / 1000],
  )
  await thinAt(pageId, 2 * DAY)
  const rows = await pages.query('SELECT seq::int, contributors FROM document_versions WHERE page_id = $1', [
    pageId,
  ])
  expect(rows).toHaveLength(1)
  expect(new Set(rows[0]?.['contributors'] as string[])).toEqual(new Set([ann, bob, cleo]))
})

test('D6 · the sweep thins in bounded statements, and stops in between', async () => {
  const pageId = await pages.create()
  await keep(
    pageId,
    Array.from({ length: MAX_THINNED_VERSIONS * 2 + 101 }, (_, index) => index),
  )
  now = START + 2 * DAY
  const removed: number[] = []
  const start = (onThinned: () => void) =>
    createSnapshots({
      ...{ store: createSnapshotStore(pages.database), retentionDays: 30, logger: pino({ level: 'silent' }) },
      folder: { ...createInlineFolder(), close: async () => undefined },
      async thinVersions(...range) {
        removed.push(await thin(...range))
        onThinned()
        return removed.at(-1) as number
      },
    })
  let stopping: Promise<void> | undefined
  const stopped = start(() => {
    stopping ??= stopped.close()
  })
  stopped.sweep()
  await stopped.settled()
  await stopping
  expect(removed).toEqual([MAX_THINNED_VERSIONS])
  const next = start(() => undefined)
  next.sweep()
  await next.settled()
  await next.close()
  expect(removed).toEqual([MAX_THINNED_VERSIONS, MAX_THINNED_VERSIONS, 100])
  expect(await times(pageId, 1)).toHaveLength(1)
})
