import { randomUUID } from 'node:crypto'
import { fileURLToPath } from 'node:url'
import { findFreePort } from '../../support/server-process.ts'
import type { Peer } from '../peer.ts'
import { startServerProcess } from '../server-process.ts'

/** A stock Hocuspocus that asks nobody who they are: a page is there as soon as somebody opens it. */
function createHocuspocusPeer(name: string, script: string, isDurable: boolean): Peer {
  return {
    name,
    isDurable,
    async start({ postgres, profileDir, databaseUrl: given }) {
      const databaseUrl = isDurable ? (given ?? (await postgres.createDatabase())) : null
      const port = await findFreePort()
      const process = await startServerProcess({
        port,
        args: ['--import', 'tsx', fileURLToPath(new URL(script, import.meta.url))],
        env: databaseUrl === null ? {} : { DATABASE_URL: databaseUrl },
        profileDir,
      })
      return {
        process,
        socketUrl: `ws://127.0.0.1:${port}/`,
        databaseUrl,
        createPages: async (pages, people) =>
          Array.from({ length: pages }, () => ({
            pageId: randomUUID(),
            tokens: Array.from({ length: people }, () => 'anybody'),
          })),
        async stop() {
          await process.stop()
          if (databaseUrl !== null && given === undefined) await postgres.dropDatabase(databaseUrl)
        },
      }
    },
  }
}

export const hocuspocusMemory = createHocuspocusPeer('hocuspocus-memory', './hocuspocus-memory.ts', false)
export const hocuspocusDatabase = createHocuspocusPeer(
  'hocuspocus-database',
  './hocuspocus-database.ts',
  true,
)
