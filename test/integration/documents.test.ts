import pg from 'pg'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import type * as Y from 'yjs'
import { SNAPSHOT_TAIL_LENGTH } from '../../server/documents/snapshots.ts'
import { openDocument } from '../support/document-client.ts'
import {
  addMember,
  createPage,
  createShareLink,
  enterAsGuest,
  firstDrive,
  type Person,
  readText,
  register,
  request,
} from '../support/people.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

let server: TestServer
let ann: Person
let bob: Person

beforeAll(async () => {
  server = await startServer()
  ann = await register(server.url, 'Ann')
  bob = await register(server.url, 'Bob')
  await addMember(ann, bob, 'editor')
})
afterAll(() => server.close())

/** Runs a statement beside the server, on a connection of the test's own. */
async function withDatabase<Result>(work: (client: pg.Client) => Promise<Result>): Promise<Result> {
  const client = new pg.Client(server.databaseUrl)
  await client.connect()
  try {
    return await work(client)
  } finally {
    await client.end()
  }
}

function open(person: Person, pageId: string, options?: { doc?: Y.Doc }) {
  return openDocument(server.url, pageId, person.session.accessToken, options)
}

describe('two authors on one page', () => {
  test('C1 · see each other’s words, and so does whoever reads the page afresh', async () => {
    const page = await createPage(ann)
    const first = open(ann, page.id)
    const second = open(bob, page.id)
    await Promise.all([first.synced(), second.synced()])
    for (let line = 0; line < 20; line++) {
      first.write(`ann ${line}`)
      second.write(`bob ${line}`)
    }
    await Promise.all([first.saved(), second.saved()])
    await first.until(() => first.paragraphs().length === 40)
    await second.until(() => second.paragraphs().length === 40)
    expect(second.paragraphs()).toEqual(first.paragraphs())
    expect(await readText(ann, page.id)).toBe(first.paragraphs().join('\n'))
    first.close()
    second.close()
  })

  test('D3 · a clock that is set back holds up nothing', async () => {
    const now = Date.now
    let setBackMs = 0
    // Before the server starts, so that nothing in it has another clock.
    const clock = vi.spyOn(Date, 'now').mockImplementation(() => now() - setBackMs)
    const own = await startServer()
    try {
      const author = await register(own.url, 'Ann')
      const page = await createPage(author)
      const writer = openDocument(own.url, page.id, author.session.accessToken)
      await writer.synced()
      writer.write('before')
      await writer.saved()
      setBackMs = 3_600_000
      writer.write('and after')
      await writer.saved()
      writer.close()
    } finally {
      clock.mockRestore()
      await own.close()
    }
  })

  test('D1 · nothing is acknowledged or shown to anyone before it is committed', async () => {
    const page = await createPage(ann)
    const writer = open(ann, page.id)
    const reader = open(bob, page.id)
    await Promise.all([writer.synced(), reader.synced()])
    await withDatabase(async (client) => {
      // Whoever holds the head's lock decides when the commit can happen.
      await client.query('BEGIN')
      await client.query('SELECT FROM documents WHERE page_id = $1 FOR UPDATE', [page.id])
      writer.write('not yet')
      // The commit is in PostgreSQL and waits there…
      await until(async () => (await waitingForLock(client)) > 0)
      expect(writer.provider.unsyncedChanges).toBeGreaterThan(0)
      // …and a frame that was sent later has come through on both sides meanwhile.
      writer.provider.setAwarenessField('fence', 1)
      reader.provider.setAwarenessField('fence', 1)
      await roundTrip(reader)
      expect(reader.paragraphs()).toEqual([])
      expect(writer.provider.unsyncedChanges).toBeGreaterThan(0)
      await client.query('COMMIT')
    })
    await writer.saved()
    await reader.until(() => reader.paragraphs().includes('not yet'))
    writer.close()
    reader.close()
  })

  test('D5 · the log has no gaps, and one row for each author of a commit', async () => {
    const page = await createPage(ann)
    const clients = [open(ann, page.id), open(bob, page.id), open(ann, page.id)]
    await Promise.all(clients.map((client) => client.synced()))
    for (let round = 0; round < 30; round++) for (const client of clients) client.write(`round ${round}`)
    await Promise.all(clients.map((client) => client.saved()))
    const { rows } = await withDatabase((client) =>
      client.query<{ seq: string; user_id: string }>(
        'SELECT seq, user_id FROM document_updates WHERE page_id = $1 ORDER BY seq',
        [page.id],
      ),
    )
    expect(rows.map((row) => Number(row.seq))).toEqual(rows.map((_row, index) => index + 1))
    expect(new Set(rows.map((row) => row.user_id))).toEqual(
      new Set([ann.session.user.id, bob.session.user.id]),
    )
    for (const client of clients) client.close()
  })

  test('A4 · a cursor carries the name that the server knows, whatever the client claims', async () => {
    const page = await createPage(ann)
    const honest = open(ann, page.id)
    const liar = open(bob, page.id)
    await Promise.all([honest.synced(), liar.synced()])
    liar.provider.setAwarenessField('user', { id: ann.session.user.id, name: 'Ann', color: '#000000' })
    const seen = await until(() => honest.provider.awareness?.getStates().get(liar.doc.clientID)?.['user'])
    expect(seen).toEqual({
      id: bob.session.user.id,
      kind: 'user',
      name: 'Bob',
      color: bob.session.user.color,
    })
    honest.close()
    liar.close()
  })
})

describe('opening a page', () => {
  test('C2 · folds snapshot and log, and writes no row for a client that brings nothing new', async () => {
    const page = await createPage(ann)
    const writer = open(ann, page.id)
    await writer.synced()
    for (let line = 0; line < SNAPSHOT_TAIL_LENGTH; line++) {
      writer.write(`line ${line}`)
      await writer.saved()
    }
    const text = await readText(ann, page.id)
    const offlineCopy = writer.doc
    writer.close()
    const snapshot = await until(() =>
      withDatabase(
        async (client) =>
          (await client.query('SELECT seq FROM document_snapshots WHERE page_id = $1', [page.id])).rows[0],
      ),
    )
    expect(Number(snapshot.seq)).toBe(SNAPSHOT_TAIL_LENGTH)

    const back = open(ann, page.id, { doc: offlineCopy })
    await back.saved()
    back.write('after the snapshot')
    await back.saved()
    expect(await readText(ann, page.id)).toBe(`${text}\nafter the snapshot`)
    const rows = await withDatabase((client) =>
      client.query('SELECT count(*)::int AS count FROM document_updates WHERE page_id = $1', [page.id]),
    )
    expect(rows.rows[0].count).toBe(SNAPSHOT_TAIL_LENGTH + 1)
    back.close()
  })

  test.each([
    [
      'whose log has a row that does not decode',
      `UPDATE document_updates SET update = '\\x0102030405' WHERE page_id = $1 AND seq = 1`,
    ],
    ['whose log has a gap', 'DELETE FROM document_updates WHERE page_id = $1 AND seq = 1'],
    ['whose log ends too early', 'UPDATE documents SET seq = seq + 1 WHERE page_id = $1'],
  ])('D4 · a page %s is refused, not opened empty, and its rows are kept', async (_what, damage) => {
    const page = await createPage(ann)
    const writer = open(ann, page.id)
    await writer.synced()
    writer.write('precious')
    await writer.saved()
    writer.write('words')
    await writer.saved()
    writer.close()
    await withDatabase((client) => client.query(damage, [page.id]))
    const countRows = () =>
      withDatabase(
        async (client) =>
          (await client.query('SELECT seq FROM document_updates WHERE page_id = $1', [page.id])).rowCount,
      )
    const before = await countRows()

    await until(async () => {
      const reader = open(ann, page.id)
      const reason = await Promise.race([reader.ended(), reader.synced().then(() => 'opened')])
      reader.close()
      // Until the writer's connection is gone the page is still in memory.
      return reason === 'page-unreadable'
    })
    const answer = await ann.request('GET', `/api/pages/${page.id}/content?format=text`)
    expect(answer).toMatchObject({ status: 500, body: { code: 'page-unreadable' } })
    expect(await countRows()).toBe(before)
  })
})

describe('who may', () => {
  test('A2 · a viewer reads along, and nothing they send reaches the log', async () => {
    const page = await createPage(ann)
    const viewer = await register(server.url, 'Viewer')
    await addMember(ann, viewer, 'viewer')
    const writer = open(ann, page.id)
    const reader = open(viewer, page.id)
    await Promise.all([writer.synced(), reader.synced()])
    expect(reader.provider.authorizedScope).toBe('readonly')
    reader.write('not mine to write')
    writer.write('by an editor')
    await writer.saved()
    await reader.until(() => reader.paragraphs().includes('by an editor'))
    expect(writer.paragraphs()).toEqual(['by an editor'])
    expect(await readText(ann, page.id)).toBe('by an editor')
    expect(reader.provider.unsyncedChanges).toBeGreaterThan(0)
    writer.close()
    reader.close()
  })

  test('A1 · strangers cannot tell a page that is not theirs from one that does not exist', async () => {
    const page = await createPage(ann)
    const stranger = await register(server.url, 'Stranger')
    const refused = open(stranger, page.id)
    const unknown = open(stranger, '00000000-0000-4000-8000-000000000000')
    expect(await Promise.all([refused.ended(), unknown.ended()])).toEqual([
      'page-not-found',
      'page-not-found',
    ])
    refused.close()
    unknown.close()
  })

  test('A3 · signing out ends the session’s documents', async () => {
    const page = await createPage(ann)
    const carol = await register(server.url, 'Carol')
    await addMember(ann, carol, 'editor')
    const client = open(carol, page.id)
    await client.synced()
    const ended = client.ended()
    await request(server.url, 'POST', '/api/auth/logout', { headers: { cookie: carol.cookie } })
    expect(await ended).toBe('session-ended')
    client.close()
  })

  test('A3 · deleting a page closes it for everybody', async () => {
    const page = await createPage(ann)
    const client = open(bob, page.id)
    await client.synced()
    const ended = client.ended()
    await ann.request('DELETE', `/api/pages/${page.id}`)
    expect(await ended).toBe('page-deleted')
    client.close()
  })

  test('A3 · revoking a share link puts out the guests who came through it', async () => {
    const page = await createPage(ann)
    const link = await createShareLink(ann, page.id, 'editor')
    const guest = await enterAsGuest(server.url, link.token, 'Gwen')
    const client = open(guest, page.id)
    await client.synced()
    client.write('hello from a guest')
    await client.saved()
    const ended = client.ended()
    await ann.request('DELETE', `/api/pages/${page.id}/share-links/${link.id}`)
    expect(await ended).toBe('page-not-found')
    expect(await readText(ann, page.id)).toBe('hello from a guest')
    client.close()
  })

  test('A1 · a member of one drive cannot open a page of another', async () => {
    const other = await register(server.url, 'Other')
    const drive = await firstDrive(other)
    const { body } = await other.request<{ id: string }>('POST', `/api/drives/${drive.id}/pages`, {
      title: 'Private',
    })
    const client = open(bob, body.id)
    expect(await client.ended()).toBe('page-not-found')
    client.close()
  })
})

async function waitingForLock(client: pg.Client): Promise<number> {
  const { rows } = await client.query<{ count: number }>(
    `SELECT count(*)::int AS count FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()`,
  )
  return rows[0]?.count ?? 0
}

/** Resolves once the server has answered something that was asked after everything sent before. */
async function roundTrip(client: {
  provider: { forceSync(): void; on(name: string, listener: () => void): void }
}): Promise<void> {
  const answered = new Promise<void>((resolve) => client.provider.on('message', () => resolve()))
  client.provider.forceSync()
  await answered
}
