import { setTimeout as sleep } from 'node:timers/promises'
import * as Y from 'yjs'
import { type Author, createAuthor } from './author.ts'
import type { Commands } from './commands.ts'
import { type DialectName, getDialect } from './dialect.ts'
import { watchEventLoop } from './loop-watch.ts'
import { createObserver, type Observer } from './observer.ts'
import { joinPage } from './page-client.ts'
import { toPercentiles } from './percentiles.ts'
import { serveCommands } from './serve-commands.ts'
import type { WireClient } from './wire-client.ts'

// The load process: does what it is asked over its IPC channel. It holds the connections of one measurement,
// to one server, and is started with the name of the dialect that is spoken there.

/** How many connections are opened at once. */
const JOINING_AT_ONCE = 20
/**
 * How often those who do not observe read what they were sent, ms: one read for many messages costs this
 * process a fraction of one read for each, and the server cannot tell, since the kernel takes them at once.
 */
const BATCH_MS = 25
/** How often it is looked at whose turn it is to type, ms. */
const TICK_MS = 1
/** How long edits may take to arrive after the last was sent, ms; what is later counts as missing. */
const DRAIN_MS = 5_000
const DRAIN_CHECK_MS = 5

const dialect = getDialect(process.argv[2] as DialectName)
const clients: WireClient[] = []
const authors: Author[] = []
const observers: Observer[] = []
const readInBatches: WireClient[] = []

setInterval(() => {
  for (const client of readInBatches) client.readBatch()
}, BATCH_MS)

serveCommands<Commands>({
  async join({ url, visitors, inBatches }) {
    const joined: { client: WireClient; author: Author | undefined }[] = []
    for (let first = 0; first < visitors.length; first += JOINING_AT_ONCE) {
      const group = visitors.slice(first, first + JOINING_AT_ONCE)
      joined.push(
        ...(await Promise.all(
          group.map(async ({ pageId, token, writes }, index) => {
            const { client } = await joinPage(dialect, url, pageId, token)
            const author = writes
              ? createAuthor(dialect, pageId, client, `Writer ${first + index}`)
              : undefined
            return { client, author }
          }),
        )),
      )
    }
    clients.push(...joined.map(({ client }) => client))
    authors.push(...joined.flatMap(({ author }) => author ?? []))
    visitors.forEach(({ pageId, observes }, index) => {
      const { client, author } = joined[index] as (typeof joined)[number]
      const others = authors.filter((other) => other.pageId === pageId && other !== author)
      if (observes) {
        observers.push(createObserver(dialect, client, author, others))
      } else if (inBatches) {
        readInBatches.push(client)
        client.readInBatches()
      }
    })
    return null
  },

  async type({ editsPerSecond, seconds, withCarets }) {
    const edits = Math.round(editsPerSecond * seconds)
    for (const author of authors) author.prepare(Math.ceil(edits / authors.length), withCarets)
    // What a load before this one left behind must not count as late here.
    await drain()
    for (const observer of observers) observer.forget()
    const receivedBefore = countReceived()
    const stopWatching = watchEventLoop()

    const startedAt = performance.now()
    await typeInTurn(edits, editsPerSecond)
    const sendingMs = performance.now() - startedAt
    const missing = await drain()
    return {
      edits,
      sentPerSecond: (edits / sendingMs) * 1000,
      seenMs: toPercentiles(observers.flatMap(({ seenMs }) => seenMs)),
      acknowledgedMs: toPercentiles(observers.flatMap(({ acknowledgedMs }) => acknowledgedMs)),
      missing,
      received: countReceived() - receivedBefore,
      generator: stopWatching(),
    }
  },

  async burst({ edits }) {
    const [author] = authors
    if (author === undefined) throw new Error('nobody is there to send a burst')
    author.prepare(edits, false)
    const stopWatching = watchEventLoop()
    const startedAt = performance.now()
    const observer = createObserver(dialect, author.client, author, [])
    // It has acknowledgements to come for what it sends now, not for what it sent before.
    author.sent.length = 0
    author.sendAll()
    while (observer.acknowledgedMs.length < edits) {
      if (author.client.closed !== null) throw new Error(`during a burst: ${author.client.closed}`)
      await sleep(1)
    }
    return { lastAckMs: performance.now() - startedAt, generator: stopWatching() }
  },

  async open({ url, pageId, token }) {
    const startedAt = performance.now()
    const { client, state } = await joinPage(dialect, url, pageId, token)
    const ms = performance.now() - startedAt
    client.end()
    const bareStartedAt = performance.now()
    Y.applyUpdate(new Y.Doc(), state)
    return { ms, sizeBytes: state.byteLength, bareApplyMs: performance.now() - bareStartedAt }
  },

  async leave() {
    for (const client of clients) client.end()
    for (const list of [clients, authors, observers, readInBatches]) list.length = 0
    return null
  },
})

/** Sends each edit when it is due, by the clock and not by how fast the last was answered. */
async function typeInTurn(edits: number, editsPerSecond: number): Promise<void> {
  const startedAt = performance.now()
  let sent = 0
  await new Promise<void>((resolve, reject) => {
    const timer = setInterval(() => {
      const due = Math.min(edits, Math.floor(((performance.now() - startedAt) * editsPerSecond) / 1000))
      while (sent < due) authors[sent++ % authors.length]?.sendNext()
      const gone = clients.find((client) => client.closed !== null)
      if (sent < edits && gone === undefined) return
      clearInterval(timer)
      if (gone === undefined) resolve()
      else reject(new Error(`a connection ended while typing: ${gone.closed}`))
    }, TICK_MS)
  })
}

async function drain(): Promise<number> {
  const deadline = performance.now() + DRAIN_MS
  for (;;) {
    const missing = observers.reduce((sum, observer) => sum + observer.countMissing(), 0)
    if (missing === 0 || performance.now() > deadline) return missing
    await sleep(DRAIN_CHECK_MS)
  }
}

const countReceived = () => clients.reduce((sum, client) => sum + client.received, 0)
