import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { bundleServer } from '../../simulator/world/bundle-server.ts'
import { createServerProcess, findFreePort, startOwnServer } from '../../simulator/world/own-server.ts'
import type { Account, ServerUnderTest, Workspace } from '../../simulator/world/server-under-test.ts'

// Our own server with one part replaced by one that breaks a promise, so that the simulator can be believed.

/** What each replaces, below `server/`. */
const REPLACED = {
  'acknowledges-early': 'documents/commit-queue.ts',
  'shows-early': 'documents/commit-queue.ts',
  'drops-updates': 'documents/commit-queue.ts',
  'takes-viewers-updates': 'documents/socket-session.ts',
  'revokes-late': 'documents/document-host.ts',
  'leaves-presence': 'realtime/presence.ts',
  'waits-for-ever': 'documents/socket-session.ts',
  'crosses-rooms': 'realtime/publish-facts.ts',
  'comes-back-at-once': 'operations/come-back.ts',
} as const

export type BrokenServerName = keyof typeof REPLACED

/** Starts our server, broken in one way. */
export async function startBrokenServer(name: BrokenServerName): Promise<ServerUnderTest> {
  const original = pathOf(`../../../server/${REPLACED[name]}`)
  const bundle = await bundleServer({ replace: { [original]: pathOf(`./${name}.ts`) } })
  try {
    const server = await startOwnServer({ args: [bundle.file], env: {} }, name)
    return {
      ...server,
      async close() {
        await server.close()
        await bundle.remove()
      },
    }
  } catch (error) {
    await bundle.remove()
    throw error
  }
}

/** Starts a stock Hocuspocus that keeps everything in memory and asks nobody who they are. */
export async function startStockServer(): Promise<ServerUnderTest> {
  const url = new URL(`http://127.0.0.1:${await findFreePort()}`)
  const control = createServerProcess({
    ...{ url, database: null },
    command: {
      args: ['--import', 'tsx', pathOf('../../bench/peers/hocuspocus-memory.ts')],
      env: { PORT: url.port },
    },
  })
  await control.start()
  return {
    ...{ title: 'a stock Hocuspocus in memory', url, documentPath: '/', hasEvents: false, control },
    prepare: async (titles) => createOpenWorkspace(titles),
    readMetrics: async () => ({}),
    async close() {
      await control.stop()
    },
  }
}

/** For a server where a page is there as soon as somebody opens it. */
function createOpenWorkspace(titles: readonly string[]): Workspace {
  const enter = (name: string): Account => ({
    ...{ name, userId: name, accessToken: () => 'anybody' },
    onRenewed: () => undefined,
    close: () => undefined,
  })
  return {
    owner: enter('owner'),
    observer: enter('observer'),
    pageIds: titles.map(() => randomUUID()),
    driveId: null,
    admit: async (name) => enter(name),
    readContent: async () => null,
    get: async () => null,
    change: async () => null,
    close: () => undefined,
  }
}

const pathOf = (path: string) => fileURLToPath(new URL(path, import.meta.url))
