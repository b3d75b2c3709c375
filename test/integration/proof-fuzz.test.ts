import { execFile } from 'node:child_process'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { CLOSE_REASONS, isCloseReason } from '../../shared/protocol/close-reasons.ts'
import { bundleFaultyServer, createFaultyServer, type FaultyServer } from '../support/faulty-server.ts'
import { outlasting } from '../support/forged-tokens.ts'
import { type FuzzReport, runFuzzer } from '../support/fuzz/fuzzer.ts'
import type { FuzzMaterial } from '../support/fuzz/mutate-frame.ts'
import { recordFrames } from '../support/fuzz/record-frames.ts'
import { readStoredPage } from '../support/page-log.ts'
import { addMember, createPage, type Person, register, request } from '../support/people.ts'
import { chooseSeed, scale } from '../support/proof-scale.ts'
import { createDatabase } from '../support/start-server.ts'
import { createTypist, type Typist } from '../support/typist.ts'
import { until } from '../support/until.ts'

const MEGABYTE = 1024 * 1024
const PROJECT = fileURLToPath(new URL('../..', import.meta.url))

const FRAMES = scale(2_400, 200_000)
/** The first frames make the server compile and cache what it needs for them. */
const WARM_UP_FRAMES = scale(400, 5_000)
const TARGETS = 3
/**
 * What the garbage-collected heap and the buffers may keep of all of it, bytes: compiled code, not frames. It is
 * measured when nobody has a page open: each paragraph that the honest write meanwhile is 1.6 kB of memory while
 * their page is open, 32 MB for 20,000 of them.
 */
const MEMORY_MARGIN = 16 * MEGABYTE
/** How long the memory may take to come back, ms: the pages that were left are folded into snapshots first. */
const MEMORY_DEADLINE_MS = 60_000
const QUIET_SAVES = 100
/** The pause of an honest author between two saves, ms. */
const PAUSE_MS = 20
/** What a save may take at the 99th percentile while frames come as fast as they are read: ms, and so many times the quiet. */
const SAVE_P99 = { ms: 250, factor: 5 }

const seed = chooseSeed('proof-fuzz')
let bundle: Awaited<ReturnType<typeof bundleFaultyServer>>
let databaseUrl: string
let server: FaultyServer
let ann: Person
let ben: Person
const authors: Typist[] = []

beforeAll(async () => {
  bundle = await bundleFaultyServer()
  databaseUrl = await createDatabase()
  server = await createFaultyServer(bundle.file, databaseUrl)
  await server.start()
  ann = outlasting(await register(server.url, 'Ann'))
  ben = outlasting(await register(server.url, 'Ben'))
  await addMember(ann, ben, 'editor')
})
afterAll(async () => {
  for (const author of authors) author.close()
  await server.remove()
  await bundle.remove()
})

async function readGauge(name: string): Promise<number> {
  const { body } = await request<string>(server.url, 'GET', '/metrics')
  const line = body.split('\n').find((one) => one.startsWith(`${name} `))
  return Number(line?.split(' ')[1])
}

/** The garbage-collected memory of the server when nobody has a page open, bytes; the authors leave for it and return. */
async function measureMemory(isBack: (bytes: number) => boolean = () => true) {
  await Promise.all(authors.map((author) => author.settled()))
  for (const author of authors) author.disconnect()
  await until(async () => (await readGauge('copydesk_open_pages')) === 0)
  await until(async () => (await readGauge('copydesk_document_sockets')) === 0)
  const deadline = performance.now() + MEMORY_DEADLINE_MS
  let memory = await server.measureMemory()
  while (!isBack(sum(memory)) && performance.now() < deadline) {
    await new Promise((resolve) => setTimeout(resolve, 1_000))
    memory = await server.measureMemory()
  }
  for (const author of authors) await author.connect()
  await Promise.all(authors.map((author) => author.settled()))
  return memory
}

const sum = ({ heapBytes, bufferBytes }: { heapBytes: number; bufferBytes: number }) =>
  heapBytes + bufferBytes

/** Lets both authors save a word, again and again until told to stop; answers how long each took, ms. */
async function save(goesOn: (saves: number) => boolean): Promise<number[]> {
  const times: number[] = []
  const type = async (author: Typist) => {
    while (goesOn(times.length)) {
      times.push(await author.save())
      await new Promise((resolve) => setTimeout(resolve, PAUSE_MS))
    }
  }
  await Promise.all(authors.map(type))
  return times
}

/** Whether it is one of our close reasons; the WebSocket library itself closes for a frame that is too large. */
const isForeseen = (reason: string) =>
  isCloseReason(reason) || reason === String(CLOSE_REASONS['frame-too-large'].code)

const percentile = (numbers: readonly number[], share: number) =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length * share)] ?? Number.NaN

/** Answers how many rows the page's log has. */
async function expectStored(pageId: string, typists: readonly Typist[]): Promise<number> {
  const stored = await readStoredPage(databaseUrl, pageId)
  expect(stored.seqs).toEqual(stored.seqs.map((_seq, index) => index + 1))
  expect(stored.head).toBe(stored.seqs.length)
  for (const { client } of typists) {
    await until(() => client.paragraphs().length === stored.paragraphs.length)
    expect(client.paragraphs()).toEqual(stored.paragraphs)
    expect(client.faults).toEqual([])
  }
  return stored.head
}

interface Diagnosis {
  readonly pages: number
  readonly items: readonly { pageId: string; kind: string; problem: string }[]
}

/** What `npm run doctor` finds. */
function examinePages(): Promise<Diagnosis> {
  return new Promise((resolve) => {
    execFile(
      process.execPath,
      ['--import', 'tsx', 'server/doctor.ts', '--json'],
      { cwd: PROJECT, env: { PATH: process.env['PATH'], DATABASE_URL: databaseUrl } },
      (_error, stdout) => resolve(JSON.parse(stdout) as Diagnosis),
    )
  })
}

function show({ survived, closed, refused, saved, notSaved, sockets, mutations }: FuzzReport): string {
  const list = (counts: Readonly<Record<string, number>>) =>
    Object.entries(counts)
      .sort(([, a], [, b]) => b - a)
      .map(([name, number]) => `${name} ${number}`)
      .join(', ')
  return [
    `${survived} frames were read and left their socket open; the others closed theirs: ${list(closed)}`,
    `refused on an open socket: ${list(refused)}; updates saved ${saved}, refused ${notSaved}; ${sockets} sockets`,
    `made of: ${list(mutations)}`,
  ].join('\n')
}

test(
  `A5 · V3 · ${FRAMES} mutated frames are all read: no crash, the memory comes back, and others notice nothing`,
  async () => {
    const { id: pageId } = await createPage(ann)
    const mallory = outlasting(await register(server.url, 'Mallory'))
    const stranger = outlasting(await register(server.url, 'Stranger'))
    const viewer = outlasting(await register(server.url, 'Viewer'))
    await addMember(ann, viewer, 'viewer')
    const targets: string[] = []
    while (targets.length < TARGETS) targets.push((await createPage(mallory)).id)
    const token = mallory.session.accessToken
    const recorded = await recordFrames(server.url, targets[0] as string, token, seed)
    const material: FuzzMaterial = { seed, recorded, targets, forbidden: pageId }
    const visitors = [
      ...targets.map((target) => ({ token, pageId: target })),
      ...targets.map((target) => ({ token, pageId: target })),
      { token: viewer.session.accessToken, pageId },
      { token: viewer.session.accessToken, pageId },
      { token: stranger.session.accessToken, pageId },
      ...targets.map((target) => ({ pageId: target })),
    ]
    const fuzz = (from: number, to: number) =>
      runFuzzer({ serverUrl: server.url, material, from, until: to, visitors }).catch((cause: unknown) => {
        throw new Error(`the server said last:\n${server.output().slice(-2_000)}`, { cause })
      })

    for (const [name, person] of [
      ['Ann', ann],
      ['Ben', ben],
    ] as const) {
      const author = createTypist(server.url, pageId, person, name)
      authors.push(author)
      await author.connect()
      await author.settled()
    }
    await fuzz(0, WARM_UP_FRAMES)
    const before = await measureMemory()
    const quiet = await save((saves) => saves < QUIET_SAVES)

    let isFuzzing = true
    const startedAt = performance.now()
    const fuzzing = fuzz(WARM_UP_FRAMES, WARM_UP_FRAMES + FRAMES).finally(() => {
      isFuzzing = false
    })
    const [report, busy] = await Promise.all([fuzzing, save(() => isFuzzing)])
    const seconds = (performance.now() - startedAt) / 1000

    const whileOpen = await server.measureMemory()
    const after = await measureMemory((bytes) => bytes - sum(before) < MEMORY_MARGIN)
    const heapBytes = after.heapBytes - before.heapBytes
    const bufferBytes = after.bufferBytes - before.bufferBytes
    console.info(
      `${show(report)}\n${(FRAMES / seconds).toFixed(0)} frames/s; a save took ` +
        `${percentile(quiet, 0.5).toFixed(1)} ms (p99 ${percentile(quiet, 0.99).toFixed(1)}) before, ` +
        `${percentile(busy, 0.5).toFixed(1)} ms (p99 ${percentile(busy, 0.99).toFixed(1)}) meanwhile (${busy.length}); ` +
        `heap ${(heapBytes / MEGABYTE).toFixed(1)} MB more, buffers ${(bufferBytes / MEGABYTE).toFixed(1)} MB more ` +
        `(both ${((sum(whileOpen) - sum(before)) / MEGABYTE).toFixed(1)} MB more while the honest page was open)`,
    )

    // Every frame was read: either its socket outlived it, or it is what its socket was closed for.
    const closings = Object.values(report.closed).reduce((sum, number) => sum + number, 0)
    expect(report.survived + closings).toBe(FRAMES)
    expect(Object.entries(report.examples).filter(([reason]) => !isForeseen(reason))).toEqual([])
    expect(Object.keys(report.closed)).toEqual(
      expect.arrayContaining([
        'malformed-frame',
        'malformed-update',
        'unknown-message-type',
        'awareness-too-large',
      ]),
    )
    expect(Object.keys(report.refused)).toContain('page-not-found')
    expect(report.notSaved).toBeGreaterThan(0)
    expect(server.output()).not.toMatch(/unhandled|uncaught/i)
    expect((await request(server.url, 'GET', '/readyz')).status).toBe(200)
    expect(heapBytes + bufferBytes).toBeLessThan(MEMORY_MARGIN)
    expect(percentile(busy, 0.99)).toBeLessThan(SAVE_P99.ms + SAVE_P99.factor * percentile(quiet, 0.99))

    // What the honest wrote is there as they wrote it, and nothing else is.
    await Promise.all(authors.map((author) => author.settled()))
    const written = authors.reduce((sum, { client }) => sum + client.acknowledged.size, 0)
    expect(written).toBe(quiet.length + busy.length)
    expect((await readStoredPage(databaseUrl, pageId)).paragraphs).toHaveLength(written)
    await expectStored(pageId, authors)

    // Every page that was aimed at opens from its log; the honest authors' page has done so above.
    let rows = 0
    for (const target of targets) {
      const reader = createTypist(server.url, target, mallory, 'reader')
      authors.push(reader)
      await reader.connect()
      await reader.save()
      rows += await expectStored(target, [reader])
    }
    console.info(`${rows} rows were written on the pages that were aimed at; all of them open`)
    expect(rows).toBeGreaterThan(FRAMES / 100)
    const { pages, items } = await examinePages()
    expect(pages).toBeGreaterThan(TARGETS)
    // An editor may send what builds on something it never sends. Yjs keeps that until it comes, and so do we.
    const isWaiting = (item: { pageId: string; kind: string }) =>
      targets.includes(item.pageId) && item.kind === 'content-missing'
    expect(items.filter((item) => !isWaiting(item))).toEqual([])
  },
  scale(180_000, 3_600_000),
)
