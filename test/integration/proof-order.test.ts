import { randomUUID } from 'node:crypto'
import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { applyPageFact, type PageFact } from '../../editor/features/page-tree/apply-page-fact.ts'
import type { Drive } from '../../shared/api/drives.ts'
import type { Message } from '../../shared/api/messages.ts'
import type { PageList, PageWithRole } from '../../shared/api/pages.ts'
import type { FactName, Facts } from '../../shared/protocol/events.ts'
import { type CommitFault, type CommitProxy, createCommitProxy } from '../support/commit-proxy.ts'
import { bundleFaultyServer, createFaultyServer } from '../support/faulty-server.ts'
import { listPages, type Person, register } from '../support/people.ts'
import { chooseSeed, createRandom, scale } from '../support/proof-scale.ts'
import { openRealtime, type RealtimeClient } from '../support/realtime-client.ts'
import { createDatabase, startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

const PAGE_FACTS = ['page_created', 'page_updated', 'page_moved', 'page_deleted', 'page_restored'] as const
const MESSAGE_FACTS = ['message_created', 'message_updated', 'message_deleted'] as const
const MEMBER_FACTS = ['member_added', 'member_updated', 'member_removed'] as const

interface StoredPage {
  readonly revision: number
  readonly title: string
  readonly parent_id: string | null
  readonly drive_id: string
  readonly deleted: boolean
}

/** Looks into the database itself, past the way that goes wrong, whether what was said has happened. */
interface Witness {
  /** Checks a fact at the moment that it arrives. */
  check(name: FactName, fact: unknown): void
  /** What was wrong with any so far; resolves when all have been looked at. */
  verdict(): Promise<string[]>
  query<Row extends pg.QueryResultRow>(statement: string, values: unknown[]): Promise<Row[]>
  close(): Promise<void>
}

function openWitness(databaseUrl: string): Witness {
  const pool = new pg.Pool({ connectionString: databaseUrl, max: 2 })
  const faults: string[] = []
  const checks: Promise<void>[] = []
  const query: Witness['query'] = async (statement, values) => (await pool.query(statement, values)).rows
  const revisionOf = async (statement: string, id: string) =>
    Number((await query<{ revision: string }>(statement, [id]))[0]?.revision ?? -1)

  async function look(name: FactName, fact: { revision: number; driveId?: string; pageId?: string }) {
    const isAbout = (names: readonly FactName[]) => names.includes(name)
    const stored = isAbout(MESSAGE_FACTS)
      ? await revisionOf('SELECT revision FROM conversations WHERE page_id = $1', fact.pageId as string)
      : await revisionOf('SELECT revision FROM drives WHERE id = $1', fact.driveId as string)
    if (stored < fact.revision) faults.push(`${name} says ${fact.revision}, the database ${stored}`)
    if (isAbout(PAGE_FACTS)) faults.push(...(await findContradictions(name, fact as PageFact)))
    if (isAbout(MESSAGE_FACTS)) {
      const { message } = fact as Facts['message_created']
      const [row] = await query<{ revision: string; body: string }>(
        'SELECT revision, body FROM messages WHERE id = $1',
        [message.id],
      )
      if (row === undefined) faults.push(`${name}: there is no such message`)
      else if (Number(row.revision) === message.revision && row.body !== message.body)
        faults.push(`${name} says ${message.body}, the database ${row.body}`)
    }
  }

  /** A page that has not changed since must be as the fact has it. */
  async function findContradictions(name: FactName, fact: PageFact): Promise<string[]> {
    const id = 'page' in fact && fact.page ? fact.page.id : (fact as { pageId: string }).pageId
    const [row] = await query<StoredPage>(
      'SELECT revision::float8, title, parent_id, drive_id, deleted_at IS NOT NULL AS deleted FROM pages WHERE id = $1',
      [id],
    )
    if (row === undefined) return [`${name}: there is no such page`]
    if (row.revision !== fact.revision) return []
    const said = 'page' in fact && fact.page ? fact.page : null
    // It has gone to another drive since, and stands there at what happens to be the same number.
    if (said !== null && row.drive_id !== said.driveId) return []
    const isRight =
      said === null
        ? name === 'page_deleted'
          ? row.deleted
          : row.drive_id !== fact.driveId
        : !row.deleted && row.title === said.title && row.parent_id === said.parentId
    return isRight ? [] : [`${name} says ${JSON.stringify(said)}, the database ${JSON.stringify(row)}`]
  }

  return {
    query,
    check(name, fact) {
      checks.push(
        look(name, fact as never).catch((error: unknown) => {
          faults.push(`${name} could not be checked: ${error}`)
        }),
      )
    },
    async verdict() {
      for (let done = 0; done < checks.length; done = checks.length) await Promise.all(checks)
      return faults
    },
    close: () => pool.end(),
  }
}

/** A list as the editor keeps it: facts are put on it, and a gap has it fetched anew. */
class Reader {
  list: PageList = { items: [], revision: -1 }
  #fetching: Promise<void> | undefined
  readonly #person: Person
  readonly #driveId: string

  constructor(person: Person, driveId: string) {
    this.#person = person
    this.#driveId = driveId
  }

  hear(fact: PageFact | { revision: number }): void {
    const next =
      'eventId' in fact && ('page' in fact || 'pageId' in fact)
        ? applyPageFact(this.list, fact as PageFact)
        : fact.revision <= this.list.revision
          ? this.list
          : fact.revision === this.list.revision + 1
            ? { ...this.list, revision: fact.revision }
            : 'refetch'
    if (next === 'refetch') void this.fetch()
    else this.list = next
  }

  /** One at a time; what is heard meanwhile may have it fetched again. */
  fetch(): Promise<void> {
    this.#fetching ??= listPages(this.#person, this.#driveId).then((list) => {
      this.#fetching = undefined
      if (list.revision > this.list.revision) this.list = list
    })
    return this.#fetching
  }
}

/** What two lists of one drive must agree in. */
const gist = ({ items, revision }: PageList) => ({
  revision,
  pages: items.map(({ id, title, parentId, position }) => ({ id, title, parentId, position })).sort(byId),
})
const byId = (a: { id: string }, b: { id: string }) => (a.id < b.id ? -1 : 1)

const idOf = (person: Person) => person.session.user.id

describe('while commits are late, fail, or their answers are held back or lost', () => {
  const random = createRandom(chooseSeed('order'))
  const pick = <Item>(items: readonly Item[]): Item => items[Math.floor(random() * items.length)] as Item
  const counts: Record<CommitFault['kind'], number> = {
    ...{ none: 0, delay: 0, 'hold-answer': 0, fail: 0, 'lose-answer': 0 },
  }
  let isFaulty = false
  let proxy: CommitProxy
  let server: TestServer
  let witness: Witness
  const clients: RealtimeClient[] = []

  function decide(): CommitFault {
    if (!isFaulty) return { kind: 'none' }
    const kind = pick([
      'none',
      'none',
      'none',
      'none',
      'delay',
      'delay',
      'hold-answer',
      'hold-answer',
      'fail',
      'lose-answer',
    ] as const)
    counts[kind]++
    return kind === 'delay' || kind === 'hold-answer' ? { kind, ms: 5 + random() * 75 } : { kind }
  }

  beforeAll(async () => {
    const databaseUrl = await createDatabase()
    proxy = await createCommitProxy(databaseUrl, decide)
    server = await startServer({ databaseUrl: proxy.databaseUrl })
    witness = openWitness(databaseUrl)
  })
  afterAll(async () => {
    for (const client of clients) client.close()
    await server.close()
    await witness.close()
    await proxy.close()
  })

  async function connect(person: Person): Promise<RealtimeClient> {
    const client = await openRealtime(server.url, person.session.accessToken)
    clients.push(client)
    return client
  }

  test(
    'E1 E2 · no fact precedes or contradicts the database, and whoever listens or comes back ends up right',
    async () => {
      const [owner, ann, bob, mary] = (await Promise.all(
        ['Olga', 'Ann', 'Bob', 'Mary'].map((name) => register(server.url, name)),
      )) as [Person, Person, Person, Person]
      const drives = await Promise.all(
        ['One', 'Two'].map(
          async (name) => (await owner.request<Drive>('POST', '/api/drives', { name })).body,
        ),
      )
      for (const { id } of drives)
        for (const { email } of [ann, bob])
          await owner.request('POST', `/api/drives/${id}/members`, { email, role: 'editor' })
      const inDrive = (drive: Drive) => `/api/drives/${drive.id}`
      const pageIds: string[] = []
      for (const drive of [...drives, ...drives, ...drives]) {
        const { body } = await owner.request<PageWithRole>('POST', `${inDrive(drive)}/pages`, {
          title: 'Page',
        })
        pageIds.push(body.id)
      }
      const [talkedAbout] = pageIds as [string, ...string[]]

      // One who listens all the time, on a connection of their own.
      const listener = await connect(bob)
      const readers = new Map(drives.map((drive) => [drive.id, new Reader(bob, drive.id)]))
      for (const name of [...PAGE_FACTS, ...MEMBER_FACTS, ...MESSAGE_FACTS]) {
        listener.socket.on(name, (fact: { driveId?: string; revision: number }) => {
          witness.check(name, fact)
          if (fact.driveId !== undefined) readers.get(fact.driveId)?.hear(fact)
        })
      }
      for (const [driveId, reader] of readers) {
        await listener.request('join_drive', { driveId })
        await reader.fetch()
      }
      await listener.request('join_page', { pageId: talkedAbout })

      /** Asks until it is known whether it was done; each answer but the last was "try again". */
      async function insist(person: Person, method: string, path: string, body?: unknown) {
        for (;;) {
          const answer = await person.request<{ code?: string }>(method, path, body)
          if (answer.status !== 503) return answer
          expect(answer.body.code).toBe('storage-unavailable')
        }
      }
      const sent = new Map<string, string>()
      async function operate(): Promise<void> {
        const person = pick([owner, ann, ann])
        const pageId = pick(pageIds)
        const drive = pick(drives)
        const title = `${random()}`
        const kind = random()
        if (kind < 0.25) {
          const id = randomUUID()
          const page = { id, title }
          const { status, body } = await insist(person, 'POST', `${inDrive(drive)}/pages`, page)
          expect([status, body]).toMatchObject([201, page])
          pageIds.push(id)
        } else if (kind < 0.5) {
          const { status } = await insist(person, 'PATCH', `/api/pages/${pageId}`, { title })
          if (status === 200) expect(await readTitles(pageId)).toHaveLength(1)
        } else if (kind < 0.65 && pageId !== talkedAbout) {
          // The one that is talked about stays where nothing above it can be deleted.
          const to = random() < 0.5 ? { parentId: pick(pageIds) } : { parentId: null, driveId: drive.id }
          await insist(person, 'POST', `/api/pages/${pageId}/move`, to)
        } else if (kind < 0.72 && pageId !== talkedAbout) {
          await insist(person, 'DELETE', `/api/pages/${pageId}`)
        } else if (kind < 0.77) {
          await insist(person, 'POST', `/api/pages/${pageId}/restore`)
        } else if (kind < 0.85) {
          const member = { email: mary.email, role: pick(['viewer', 'editor']) }
          if (random() < 0.5) await insist(owner, 'DELETE', `${inDrive(drive)}/members/${idOf(mary)}`)
          else await insist(owner, 'POST', `${inDrive(drive)}/members`, member)
        } else if (sent.size === 0 || kind < 0.95) {
          const message = { id: randomUUID(), body: title }
          const { status } = await insist(ann, 'POST', `/api/pages/${talkedAbout}/messages`, message)
          if (status === 201) sent.set(message.id, message.body)
        } else {
          const id = pick([...sent.keys()])
          const { status } = await insist(ann, 'PATCH', `/api/messages/${id}`, { body: title })
          if (status === 200) sent.set(id, title)
        }
      }
      /** What is acknowledged is there. */
      const readTitles = (pageId: string) => witness.query('SELECT title FROM pages WHERE id = $1', [pageId])

      isFaulty = true
      const rounds = scale(12, 400)
      for (let round = 0; round < rounds; round++) await Promise.all(Array.from({ length: 6 }, operate))
      isFaulty = false
      console.info(`order: commits ${JSON.stringify(counts)}`)
      for (const count of Object.values(counts)) expect(count).toBeGreaterThan(0)

      expect(await witness.verdict()).toEqual([])
      // The next fact tells whoever listens that they have missed some.
      for (const drive of drives) await owner.request('POST', `${inDrive(drive)}/pages`, { title: 'Last' })
      for (const [driveId, reader] of readers) {
        const truth = gist(await listPages(owner, driveId))
        await until(() => reader.list.revision >= truth.revision)
        expect(gist(reader.list)).toEqual(truth)
        // And whoever comes back is told where things stand.
        const back = await connect(ann)
        expect(await back.request('join_drive', { driveId })).toMatchObject({ revision: truth.revision })
        expect(gist(await listPages(ann, driveId))).toEqual(truth)
      }
      await expectMessages(ann, talkedAbout, sent)
      expect(await witness.verdict()).toEqual([])
    },
    scale(60_000, 900_000),
  )

  /** Every message that was acknowledged is there once, and says what was acknowledged last. */
  async function expectMessages(person: Person, pageId: string, sent: ReadonlyMap<string, string>) {
    const stored: Message[] = []
    for (let before = ''; ; ) {
      const path = `/api/pages/${pageId}/messages?limit=100${before}`
      const { body } = await person.request<{ items: Message[]; nextCursor?: number }>('GET', path)
      stored.push(...body.items)
      if (body.nextCursor === undefined) break
      before = `&before=${body.nextCursor}`
    }
    expect(new Set(stored.map(({ id }) => id)).size).toBe(stored.length)
    expect(stored.map(({ id }) => id).sort()).toEqual([...sent.keys()].sort())
  }
})

test(
  'E1 E2 · killed between commit and publish: nothing was said of it, it is there, and asked again it is answered',
  async () => {
    const bundle = await bundleFaultyServer()
    const databaseUrl = await createDatabase()
    let fault: CommitFault = { kind: 'none' }
    const proxy = await createCommitProxy(databaseUrl, () => fault)
    const server = await createFaultyServer(bundle.file, proxy.databaseUrl)
    const witness = openWitness(databaseUrl)
    try {
      await server.start()
      const owner = await register(server.url, 'Olga')
      const drive = (await owner.request<Drive>('POST', '/api/drives', { name: 'Drive' })).body
      const path = `/api/drives/${drive.id}/pages`
      const talkedAbout = (await owner.request<PageWithRole>('POST', path, { title: 'Page' })).body.id
      const reader = new Reader(owner, drive.id)
      for (let nr = 0; nr < scale(2, 20); nr++) {
        const listener = await openRealtime(server.url, owner.session.accessToken)
        const heard: string[] = []
        for (const name of ['page_created', 'message_created'] as const)
          listener.socket.on(name, (fact: { page?: { id: string }; message?: { id: string } }) => {
            heard.push(fact.page?.id ?? fact.message?.id ?? '')
            witness.check(name, fact)
          })
        await listener.request('join_drive', { driveId: drive.id })
        await listener.request('join_page', { pageId: talkedAbout })
        await reader.fetch()

        const id = randomUUID()
        const isPage = nr % 2 === 0
        const ask = () =>
          isPage
            ? owner.request('POST', path, { id, title: 'Made' })
            : owner.request('POST', `/api/pages/${talkedAbout}/messages`, { id, body: 'Said' })
        // The process dies when PostgreSQL has committed and before it hears of that.
        const killed = new Promise<void>((resolve) => {
          fault = { kind: 'lose-answer', lost: () => void server.kill().then(resolve) }
        })
        await expect(ask()).rejects.toThrow()
        await killed
        fault = { kind: 'none' }
        listener.close()
        expect(heard).toEqual([])
        const table = isPage ? 'pages' : 'messages'
        const count = () => witness.query(`SELECT id FROM ${table} WHERE id = $1`, [id])
        expect(await count()).toHaveLength(1)

        await server.start()
        const again = await openRealtime(server.url, owner.session.accessToken)
        if (isPage) {
          const joined = await again.request('join_drive', { driveId: drive.id })
          if (!joined.ok) throw new Error(joined.error.message)
          // Where things stand is not where the list does: it is fetched.
          expect(joined.revision).toBeGreaterThan(reader.list.revision)
          await reader.fetch()
          expect(reader.list.items.map((page) => page.id)).toContain(id)
        }
        expect((await ask()).status).toBe(201)
        expect(await count()).toHaveLength(1)
        again.close()
      }
      expect(await witness.verdict()).toEqual([])
    } finally {
      await server.remove()
      await witness.close()
      await proxy.close()
      await bundle.remove()
    }
  },
  scale(60_000, 300_000),
)
