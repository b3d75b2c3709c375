import { afterEach, expect, test, vi } from 'vitest'
import { GROWTH_LIMITS } from '../../server/documents/page-growth.ts'
import type { SnapshotStore } from '../../server/documents/snapshot-store.ts'
import { createSnapshots, type SnapshotsDeps } from '../../server/documents/snapshots.ts'
import { until } from '../support/until.ts'

afterEach(() => void vi.restoreAllMocks())

test('D6 · a clock that is set back does not put off the pages that have gone idle', async () => {
  const looked: string[] = []
  let clock = Date.now()
  vi.spyOn(Date, 'now').mockImplementation(() => clock)
  const snapshots = createSnapshots({
    store: {
      standing: async (pageId: string) => {
        looked.push(pageId)
        return null
      },
    } as unknown as SnapshotStore,
    folder: { close: async () => undefined } as unknown as SnapshotsDeps['folder'],
    thinVersions: async () => 0,
    retentionDays: 30,
    logger: { warn: () => undefined, debug: () => undefined },
    limits: { ...GROWTH_LIMITS, idleMs: 20 },
  })
  snapshots.pageGrew('page', [Uint8Array.of(0, 0)])
  clock -= 3_600_000
  await until(() => looked.length > 0)
  expect(looked).toEqual(['page'])
  await snapshots.close()
})
