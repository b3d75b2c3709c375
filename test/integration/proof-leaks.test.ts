import { setFlagsFromString } from 'node:v8'
import { runInNewContext } from 'node:vm'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createPage, createShareLink, enterAsGuest, type Person, register } from '../support/people.ts'
import { chooseSeed, createRandom, isLong, scale } from '../support/proof-scale.ts'
import { openRealtime } from '../support/realtime-client.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

/** Connections that come and go, and how many of them are there at a time. */
const CONNECTIONS = scale(200, 2_000)
const AT_A_TIME = 20
/** What a process may have grown by after all of that, bytes. */
const GROWTH_BYTES = 16 * 1024 * 1024

let server: TestServer
let people: Person[]
let driveId: string
let pageIds: string[]

beforeAll(async () => {
  server = await startServer()
  const owner = await register(server.url, 'Owner')
  const pages = await Promise.all(['One', 'Two', 'Three'].map((title) => createPage(owner, title)))
  pageIds = pages.map(({ id }) => id)
  driveId = pages[0]?.driveId as string
  const link = await createShareLink(owner, pageIds[0] as string, 'editor')
  const guests = ['Gus', 'Gil', 'Gwen'].map((name) => enterAsGuest(server.url, link.token, name))
  people = [owner, ...(await Promise.all(guests))]
})
afterAll(() => server.close())

const random = createRandom(chooseSeed('leaks'))
const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item

/** Comes, does what one does, and goes in one of the ways there are. */
async function visit(): Promise<void> {
  const transports = [pick(['websocket', 'websocket', 'polling'])]
  if (random() < 0.1) {
    await openRealtime(server.url, 'garbage', { transports }).catch(() => undefined)
    return
  }
  const client = await openRealtime(server.url, pick(people).session.accessToken, { transports })
  const pageId = pick(pageIds)
  const things: (() => Promise<unknown>)[] = [
    () => client.request('join_drive', { driveId }),
    () => client.request('join_page', { pageId }),
    () => client.request('start_typing', { pageId }),
    () => client.request('set_presence', { status: 'idle' }),
    () => client.request('leave_page', { pageId }),
    () => client.request('join_page', { pageId: pick(pageIds) }),
  ]
  for (const thing of things) if (random() < 0.7) await thing()
  const left = Promise.all([
    // Some leave while they are still being let in.
    ...(random() < 0.3 ? [client.request('join_page', { pageId }).catch(() => undefined)] : []),
    pick([() => client.close(), () => client.socket.io.engine.close()])(),
  ])
  client.socket.close()
  await left
}

async function visits(count: number): Promise<void> {
  for (let done = 0; done < count; done += AT_A_TIME) {
    await Promise.all(Array.from({ length: Math.min(AT_A_TIME, count - done) }, visit))
  }
}

const collectGarbage = (): void => {
  setFlagsFromString('--expose-gc')
  ;(runInNewContext('gc') as () => void)()
}
const countTimers = () => process.getActiveResourcesInfo().filter((name) => name === 'Timeout').length
const countListeners = () =>
  process.eventNames().reduce((sum, name) => sum + process.listenerCount(name as NodeJS.Signals), 0)

const NOTHING = { sockets: 0, rooms: 0, presentPages: 0, typing: 0, timers: 0, seats: 0 }

test(
  `E4 V3 · ${CONNECTIONS} connections leave nothing behind: no rooms, presence, typing, timers, seats or listeners`,
  async () => {
    // The first ones also load and cache what stays for good.
    await visits(AT_A_TIME)
    await until(() => JSON.stringify(server.countHeld()) === JSON.stringify(NOTHING), { timeoutMs: 20_000 })
    collectGarbage()
    const before = {
      timers: countTimers(),
      listeners: countListeners(),
      bytes: process.memoryUsage().heapUsed,
    }

    await visits(CONNECTIONS)
    await until(() => JSON.stringify(server.countHeld()) === JSON.stringify(NOTHING), {
      timeoutMs: 20_000,
    }).catch(() => undefined)
    expect(server.countHeld()).toEqual(NOTHING)
    expect(countListeners()).toBe(before.listeners)
    // Node and pg keep some of their own for sockets that were closed a moment ago.
    await until(() => countTimers() <= before.timers + 10, { timeoutMs: 20_000 })
    collectGarbage()
    const grown = process.memoryUsage().heapUsed - before.bytes
    console.info(
      `leaks: ${CONNECTIONS} connections, ${(grown / 1024 / 1024).toFixed(1)} MiB more on the heap`,
    )
    if (isLong) expect(grown).toBeLessThan(GROWTH_BYTES)
  },
  scale(90_000, 600_000),
)
