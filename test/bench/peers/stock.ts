import { randomUUID } from 'node:crypto'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { findFreePort } from '../../support/server-process.ts'
import type { Peer } from '../peer.ts'
import { startServerProcess } from '../server-process.ts'

/** A stock server that asks nobody who they are: a page is there as soon as somebody opens it. */
function createStockPeer({ args, ...peer }: Omit<Peer, 'start'> & { args: readonly string[] }): Peer {
  return {
    ...peer,
    async start({ postgres, profileDir, databaseUrl: given }) {
      const databaseUrl = peer.isDurable ? (given ?? (await postgres.createDatabase())) : null
      const port = await findFreePort()
      const env = { HOST: '127.0.0.1', ...(databaseUrl === null ? {} : { DATABASE_URL: databaseUrl }) }
      const process = await startServerProcess({ port, args, env, profileDir })
      return {
        process,
        socketUrl: `ws://127.0.0.1:${port}/`,
        databaseUrl,
        createPages: async (pages, people) =>
          Array.from({ length: pages }, () => ({
            pageId: randomUUID(),
            tokens: Array.from({ length: people }, () => 'anybody'),
          })),
        createRooms: async (rooms, peopleInEach) =>
          Array.from({ length: rooms }, () => ({
            pageId: randomUUID(),
            people: Array.from({ length: peopleInEach }, () => {
              const userId = randomUUID()
              return { userId, token: userId }
            }),
          })),
        async stop() {
          await process.stop()
          if (databaseUrl !== null && given === undefined) await postgres.dropDatabase(databaseUrl)
        },
      }
    },
  }
}

const { resolve } = createRequire(import.meta.url)
const script = (path: string) => ['--import', 'tsx', fileURLToPath(new URL(path, import.meta.url))]

export const hocuspocusMemory = createStockPeer({
  name: 'hocuspocus-memory',
  dialect: 'hocuspocus',
  isDurable: false,
  args: script('./hocuspocus-memory.ts'),
})

export const hocuspocusDatabase = createStockPeer({
  name: 'hocuspocus-database',
  dialect: 'hocuspocus',
  isDurable: true,
  args: script('./hocuspocus-database.ts'),
})

/** The program of the package as it is, with nothing behind it: it keeps what is typed in memory. */
export const yWebsocket = createStockPeer({
  name: 'y-websocket',
  dialect: 'y-websocket',
  isDurable: false,
  args: [join(dirname(resolve('@y/websocket-server/package.json')), 'src/server.js')],
})

/** Socket.IO with nothing behind it: who somebody is they say themselves. */
export const socketioBare = createStockPeer({
  name: 'socketio-bare',
  dialect: null,
  isDurable: false,
  args: script('./socketio-bare.ts'),
})
