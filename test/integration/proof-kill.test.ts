import { execFile } from 'node:child_process'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import {
  bundleFaultyServer,
  createFaultyServer,
  type FaultyServer,
  KILL_STEPS,
} from '../support/faulty-server.ts'
import { readStoredPage } from '../support/page-log.ts'
import { createPage, type Person, readText, register } from '../support/people.ts'
import { chooseSeed, createRandom, scale } from '../support/proof-scale.ts'
import { createDatabase } from '../support/start-server.ts'
import { createTypist, type Typist } from '../support/typist.ts'
import { until } from '../support/until.ts'

const TYPISTS = 8
/** How often a step is passed before the server dies there, at most: early and late in the load. */
const MAX_SKIP = 30
/** For the INSERT under way: from before PostgreSQL has looked at it to after it has answered, ms. */
const MAX_INSERT_DELAY_MS = 4
const KILLS_AT_EACH_STEP = scale(1, 12)
const POSTGRES_KILLS = scale(1, 8)
const POSTGRES_PAUSE_MS = scale(3_000, 10_000)

const random = createRandom(chooseSeed('proof-kill'))
let bundle: Awaited<ReturnType<typeof bundleFaultyServer>>

beforeAll(async () => {
  bundle = await bundleFaultyServer()
})
afterAll(() => bundle.remove())

async function open(server: FaultyServer, ann: Person, pageId: string): Promise<Typist[]> {
  const typists = Array.from({ length: TYPISTS }, (_, index) =>
    createTypist(server.url, pageId, ann, `typist${index}`),
  )
  await Promise.all(typists.map((typist) => typist.connect()))
  await Promise.all(typists.map((typist) => typist.settled()))
  return typists
}

/** What has arrived at anybody once all connections are down: all that the server ever promised. */
async function promisesOf(typists: readonly Typist[]): Promise<string[]> {
  for (const typist of typists) typist.pause()
  await Promise.all(typists.map((typist) => typist.closed()))
  return [...new Set(typists.flatMap((typist) => typist.promised()))]
}

async function comeBack(typists: readonly Typist[]): Promise<void> {
  await Promise.all(typists.map((typist) => typist.connect()))
  await Promise.all(typists.map((typist) => typist.settled()))
}

/** Everybody has every mark that was ever written, once, in the same order as `stored`. */
async function expectEqual(typists: readonly Typist[], stored: readonly string[]): Promise<void> {
  expect(new Set(stored).size).toBe(stored.length)
  for (const { client } of typists) {
    await until(() => client.doc.getXmlFragment('default').length === stored.length)
    expect(client.paragraphs()).toEqual(stored)
    expect(client.faults).toEqual([])
  }
}

describe('D2 · the server is killed', () => {
  let server: FaultyServer
  let databaseUrl: string
  let ann: Person
  let typists: Typist[]
  let pageId: string

  beforeAll(async () => {
    databaseUrl = await createDatabase()
    server = await createFaultyServer(bundle.file, databaseUrl)
    await server.start()
    ann = await register(server.url, 'Ann')
    pageId = (await createPage(ann)).id
    typists = await open(server, ann, pageId)
  })
  afterAll(async () => {
    for (const typist of typists) typist.close()
    await server.remove()
  })

  test.each(KILL_STEPS)(
    'at the step “%s”: nothing acknowledged or shown is gone',
    async (step) => {
      for (let kill = 0; kill < KILLS_AT_EACH_STEP; kill++) {
        const order = {
          step,
          skip: Math.floor(random() * MAX_SKIP),
          delayMs: Math.floor(random() * MAX_INSERT_DELAY_MS),
        }
        for (const typist of typists) typist.type()
        await server.killAt(order)
        expect(await server.ended()).toBe('SIGKILL')
        const promised = await promisesOf(typists)

        // What was promised must be in the database by itself: nobody has come yet to bring it again.
        const stored = await readStoredPage(databaseUrl, pageId)
        const kept = new Set(stored.paragraphs)
        expect(promised.filter((mark) => !kept.has(mark))).toEqual([])
        expect(stored.seqs).toEqual(stored.seqs.map((_seq, index) => index + 1))
        expect(stored.head).toBe(stored.seqs.length)

        await server.start()
        await comeBack(typists)
      }
      await expectEqual(typists, (await readStoredPage(databaseUrl, pageId)).paragraphs)
    },
    scale(30_000, 300_000),
  )
})

describe('D2 · PostgreSQL', () => {
  let server: FaultyServer
  let ann: Person
  let typists: Typist[]
  let pageId: string

  beforeAll(async () => {
    server = await createFaultyServer(bundle.file)
    await server.start()
    ann = await register(server.url, 'Ann')
    pageId = (await createPage(ann)).id
    typists = await open(server, ann, pageId)
  })
  afterAll(async () => {
    for (const typist of typists) typist.close()
    await server.remove()
  })

  async function postmasterPid(): Promise<number> {
    return Number((await readFile(join(server.dataDir, 'postgres', 'postmaster.pid'), 'utf8')).split('\n')[0])
  }

  const countAcknowledged = () => typists.reduce((sum, { client }) => sum + client.acknowledged.size, 0)

  async function typeUntilAcknowledged(): Promise<void> {
    const before = countAcknowledged()
    const more = 10 + Math.floor(random() * 200)
    for (const typist of typists) typist.type()
    await until(() => countAcknowledged() > before + more)
  }

  test(
    'is killed: edits wait for the new one, nothing acknowledged or shown is gone',
    async () => {
      for (let kill = 0; kill < POSTGRES_KILLS; kill++) {
        await typeUntilAcknowledged()
        process.kill(await postmasterPid(), 'SIGKILL')
        const promised = [...new Set(typists.flatMap((typist) => typist.promised()))]
        const before = countAcknowledged()
        // The server stays up and starts a new one by itself; whoever typed meanwhile hears of it.
        await until(() => countAcknowledged() > before + 500, { timeoutMs: 30_000 })
        for (const typist of typists) typist.pause()
        const away = typists.filter((typist) => typist.socket() === undefined)
        await comeBack(away)
        await Promise.all(typists.map((typist) => typist.settled()))
        const kept = new Set((await readText(ann, pageId)).split('\n'))
        expect(promised.filter((mark) => !kept.has(mark))).toEqual([])
      }
      await expectEqual(typists, (await readText(ann, pageId)).split('\n'))
    },
    scale(60_000, 300_000),
  )

  test(
    'is killed together with the server: nothing acknowledged or shown is gone',
    async () => {
      for (let kill = 0; kill < POSTGRES_KILLS; kill++) {
        await typeUntilAcknowledged()
        const pid = await postmasterPid()
        if (random() < 0.5) {
          process.kill(pid, 'SIGKILL')
          await server.kill()
        } else {
          await server.kill()
          process.kill(pid, 'SIGKILL')
        }
        const promised = await promisesOf(typists)
        await server.start()
        const kept = new Set((await readText(ann, pageId)).split('\n'))
        expect(promised.filter((mark) => !kept.has(mark))).toEqual([])
        await comeBack(typists)
      }
      await expectEqual(typists, (await readText(ann, pageId)).split('\n'))
    },
    scale(60_000, 300_000),
  )

  test(`D3 · is paused for ${POSTGRES_PAUSE_MS} ms: nothing is acknowledged, then everything is, and nobody reconnects`, async () => {
    await typeUntilAcknowledged()
    const sockets = typists.map((typist) => typist.socket())
    const pid = await postmasterPid()
    const pids = [pid, ...(await childrenOf(pid))]
    for (const paused of pids) process.kill(paused, 'SIGSTOP')
    const resumeAt = Date.now() + POSTGRES_PAUSE_MS
    try {
      // What PostgreSQL had answered before is still on its way: a whole page of it fits into this.
      let [last, since] = [countAcknowledged(), Date.now()]
      await until(() => {
        if (countAcknowledged() !== last) [last, since] = [countAcknowledged(), Date.now()]
        return Date.now() - since > 300
      })
      const acknowledged = countAcknowledged()
      const shown = typists.map(({ client }) => client.seen.size)
      // The time that passes is what is tested here.
      await new Promise((resolve) => setTimeout(resolve, resumeAt - Date.now()))
      expect(countAcknowledged()).toBe(acknowledged)
      expect(typists.map(({ client }) => client.seen.size)).toEqual(shown)
    } finally {
      for (const paused of pids) process.kill(paused, 'SIGCONT')
    }
    for (const typist of typists) typist.pause()
    await Promise.all(typists.map((typist) => typist.settled()))
    expect(typists.map((typist) => typist.socket())).toEqual(sockets)
    await expectEqual(typists, (await readText(ann, pageId)).split('\n'))
  }, 60_000)
})

/** A process's children. */
async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,ppid='])
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child as number)
}
