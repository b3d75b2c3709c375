import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { MAX_POSITION_LENGTH } from '../../server/workspace/page-positions.ts'
import type { Drive } from '../../shared/api/drives.ts'
import type { ChildPageList, MovePageBody, TrashList } from '../../shared/api/page-tree.ts'
import {
  changedPageSchema,
  type Page,
  type PageList,
  type PageWithRole,
  pageSchema,
} from '../../shared/api/pages.ts'
import { type ProblemCode, problemSchema } from '../../shared/api/problem.ts'
import { queryDatabase } from '../support/database.ts'
import {
  type Answer,
  createShareLink,
  enterAsGuest,
  listPages,
  type Person,
  readText,
  register,
  request,
} from '../support/people.ts'
import { openRealtime, type RealtimeClient } from '../support/realtime-client.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

let server: TestServer
let owner: Person
/** The owner's; a new one for each test, so that what lies in it is known. */
let drive: Drive
const clients: RealtimeClient[] = []
beforeAll(async () => {
  server = await startServer()
  owner = await register(server.url, 'Olga')
})
afterAll(async () => {
  for (const client of clients) client.close()
  await server.close()
})

async function newDrive(person = owner): Promise<Drive> {
  return (await person.request<Drive>('POST', '/api/drives', { name: 'Drive' })).body
}

async function newPage(title: string, parentId: string | null = null, person = owner): Promise<PageWithRole> {
  const answer = await person.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, {
    ...{ title, parentId },
  })
  expect(answer.status).toBe(201)
  return answer.body
}

function expectProblem(answer: Answer, code: ProblemCode): void {
  expect(problemSchema.parse(answer.body)).toMatchObject({ code, status: answer.status })
}

const move = (pageId: string, body: MovePageBody, person = owner) =>
  person.request<ReturnType<typeof changedPageSchema.parse>>('POST', `/api/pages/${pageId}/move`, body)

async function titlesBelow(parentId: string | null, driveId = drive.id): Promise<string[]> {
  const { body } = await owner.request<ChildPageList>(
    'GET',
    `/api/drives/${driveId}/pages?parentId=${parentId ?? 'root'}`,
  )
  return body.items.map(({ title }) => title)
}

async function member(role: 'viewer' | 'commenter' | 'editor' | 'admin', of = drive): Promise<Person> {
  const person = await register(server.url, role)
  const body = { email: person.email, role }
  expect((await owner.request('POST', `/api/drives/${of.id}/members`, body)).status).toBe(201)
  return person
}

async function follow(person: Person, { driveId, pageId }: { driveId?: string; pageId?: string }) {
  const client = await openRealtime(server.url, person.session.accessToken)
  clients.push(client)
  if (driveId !== undefined)
    expect(await client.request('join_drive', { driveId })).toMatchObject({ ok: true })
  if (pageId !== undefined) expect(await client.request('join_page', { pageId })).toMatchObject({ ok: true })
  return client
}

describe('moving a page', () => {
  test('puts it behind or before a sibling, at the end, and below another page with all that it holds', async () => {
    drive = await newDrive()
    const [a, b, c] = [await newPage('a'), await newPage('b'), await newPage('c')]
    const inner = await newPage('inner', c.id)
    await move(c.id, { parentId: null, afterId: a.id })
    expect(await titlesBelow(null)).toEqual(['a', 'c', 'b'])
    await move(b.id, { parentId: null, beforeId: a.id })
    expect(await titlesBelow(null)).toEqual(['b', 'a', 'c'])
    await move(b.id, { parentId: null })
    expect(await titlesBelow(null)).toEqual(['a', 'c', 'b'])
    const moved = await move(c.id, { parentId: a.id })
    expect(changedPageSchema.strict().parse(moved.body)).toMatchObject({ parentId: a.id, role: 'owner' })
    expect(await titlesBelow(null)).toEqual(['a', 'b'])
    expect(await titlesBelow(a.id)).toEqual(['c'])
    expect(await titlesBelow(c.id)).toEqual(['inner'])
    const { body } = await owner.request<{ items: Page[] }>('GET', `/api/pages/${inner.id}/breadcrumbs`)
    expect(body.items.map(({ title }) => title)).toEqual(['a', 'c', 'inner'])
  })

  test('E2 · many who insert at the same place at the same time all succeed, each at a place of its own', async () => {
    drive = await newDrive()
    const first = await newPage('first')
    const last = await newPage('last')
    const pages = await Promise.all(Array.from({ length: 10 }, (_, nr) => newPage(`p${nr}`)))
    const answers = await Promise.all(
      pages.map((page, nr) =>
        move(page.id, { parentId: null, ...(nr % 2 === 0 ? { afterId: first.id } : { beforeId: last.id }) }),
      ),
    )
    for (const { status } of answers) expect(status).toBe(200)
    const titles = await titlesBelow(null)
    expect(titles).toHaveLength(12)
    expect(titles[0]).toBe('first')
    expect(titles.at(-1)).toBe('last')
    const { items } = await listPages(owner, drive.id)
    expect(new Set(items.map(({ position }) => position)).size).toBe(12)
  })

  test('positions stay short however often pages are put at the same place, and the order holds', async () => {
    drive = await newDrive()
    const first = await newPage('first')
    const [left, right] = [await newPage('left'), await newPage('right')]
    await queryDatabase(server.databaseUrl, 'UPDATE pages SET position = $2 WHERE id = $1', [
      left.id,
      `a0${'0'.repeat(MAX_POSITION_LENGTH)}V`,
    ])
    const before = (await listPages(owner, drive.id)).revision
    const { body } = await move(right.id, { parentId: null, afterId: first.id })
    expect(await titlesBelow(null)).toEqual(['first', 'right', 'left'])
    const { items, revision } = await listPages(owner, drive.id)
    for (const { position } of items) expect(position.length).toBeLessThan(6)
    // A gap in the revisions: who follows fetches the list, in which all positions are new.
    expect(revision).toBe(before + 2)
    expect(body.revision).toBe(revision)
  })

  test('never goes below itself, not too deep, and not beside what is not there', async () => {
    drive = await newDrive()
    const a = await newPage('a')
    const b = await newPage('b', a.id)
    const c = await newPage('c', b.id)
    const beside = await newPage('beside')
    for (const parentId of [a.id, b.id, c.id])
      expectProblem(await move(a.id, { parentId }), 'page-inside-itself')
    for (const afterId of [c.id, a.id, randomUUID()])
      expectProblem(await move(a.id, { parentId: null, afterId }), 'sibling-not-found')
    expectProblem(await move(a.id, { parentId: randomUUID() }), 'not-found')
    const other = await newDrive()
    expectProblem(await move(c.id, { driveId: other.id, parentId: beside.id }), 'not-found')
    expect(await titlesBelow(null)).toEqual(['a', 'beside'])
  })

  test('A2 · takes editing the page, where it lies and where it goes', async () => {
    drive = await newDrive()
    const shared = await newPage('shared')
    const inner = await newPage('inner', shared.id)
    const innermost = await newPage('innermost', inner.id)
    const other = await newPage('other')
    const link = await createShareLink(owner, shared.id, 'editor')
    const guest = await enterAsGuest(server.url, link.token, 'Gus')
    const stranger = await register(server.url, 'Stranger')
    for (const role of ['viewer', 'commenter'] as const)
      expectProblem(await move(inner.id, { parentId: null }, await member(role)), 'forbidden')
    expectProblem(await move(inner.id, { parentId: null }, stranger), 'not-found')
    expect((await move(innermost.id, { parentId: shared.id }, guest)).status).toBe(200)
    expectProblem(await move(inner.id, { parentId: other.id }, guest), 'not-found')
    expectProblem(await move(inner.id, { parentId: null }, guest), 'not-found')

    // An editor here and an owner there, who may take pages along; a viewer here may not.
    const editor = await member('editor')
    const viewer = await member('viewer')
    for (const person of [viewer, editor]) {
      const { body } = await person.request<{ items: Drive[] }>('GET', '/api/drives')
      const own = body.items.find(({ role }) => role === 'owner') as Drive
      const answer = await move(inner.id, { driveId: own.id, parentId: null }, person)
      if (person === viewer) expectProblem(answer, 'forbidden')
      else expect(answer.body).toMatchObject({ driveId: own.id, role: 'owner' })
    }
  })

  test('A1 A3 · into another drive takes along what lies below, its text, and the audience of there', async () => {
    drive = await newDrive()
    const other = await newDrive()
    const both = await member('editor')
    await owner.request('POST', `/api/drives/${other.id}/members`, { email: both.email, role: 'viewer' })
    const here = await member('viewer')
    const there = await member('viewer', other)
    const page = await newPage('page')
    const inner = await newPage('inner', page.id)
    const gone = await newPage('gone', page.id)
    await owner.request('DELETE', `/api/pages/${gone.id}`)
    const text = { type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: 'Kept' }] }] }
    expect((await owner.request('PUT', `/api/pages/${inner.id}/content`, text)).status).toBeLessThan(300)
    const target = (await owner.request<Page>('POST', `/api/drives/${other.id}/pages`, { title: 'target' }))
      .body

    const hereSocket = await follow(here, { driveId: drive.id, pageId: inner.id })
    const thereSocket = await follow(there, { driveId: other.id })
    const bothSocket = await follow(both, { pageId: page.id })
    const innerSocket = await follow(owner, { pageId: inner.id })
    const answer = await move(page.id, { parentId: target.id })
    expect(answer.body).toMatchObject({ driveId: other.id, parentId: target.id })

    expect(await hereSocket.next('page_moved')).toMatchObject({
      ...{ driveId: drive.id, pageId: page.id, page: null },
    })
    expect(await thereSocket.next('page_moved')).toMatchObject({
      ...{ driveId: other.id, pageId: page.id, page: { id: page.id, parentId: target.id } },
    })
    expect(await bothSocket.next('page_moved')).toMatchObject({ driveId: drive.id, page: null })
    expect(thereSocket.pending('page_moved')).toEqual([])
    // Who was on what lies below and may not be there any more is out of its room.
    expect(await innerSocket.next('user_left')).toMatchObject({ userId: here.session.user.id })
    await owner.request('PATCH', `/api/pages/${inner.id}`, { title: 'inner' })
    expect(await innerSocket.next('page_updated')).toMatchObject({ driveId: other.id })
    expect(hereSocket.pending('page_updated')).toEqual([])
    expectProblem(await here.request('GET', `/api/pages/${inner.id}`), 'not-found')
    expect((await there.request<Page>('GET', `/api/pages/${inner.id}`)).body.driveId).toBe(other.id)
    expect(await readText(there, inner.id)).toContain('Kept')
    expect((await listPages(owner, drive.id)).items).toEqual([])
    const { items } = await listPages(owner, other.id)
    expect(items.map(({ title }) => title).sort()).toEqual(['inner', 'page', 'target'])
    const trash = await owner.request<TrashList>('GET', `/api/drives/${other.id}/trash`)
    expect(trash.body.items.map(({ title }) => title)).toEqual(['gone'])
  })

  test('A1 · into another drive takes the presence along: that drive is told at once, the other one nothing more', async () => {
    drive = await newDrive()
    const page = await newPage('page')
    const below = await newPage('below', page.id)
    const target = await newDrive()
    const onPage = await follow(owner, { pageId: below.id })
    const [here, there] = [
      await follow(owner, { driveId: drive.id }),
      await follow(owner, { driveId: target.id }),
    ]
    await move(page.id, { parentId: null, driveId: target.id })
    const present = { pageId: below.id, users: [{ userId: owner.session.user.id }] }
    expect(await there.next('drive_presence_updated')).toMatchObject({ driveId: target.id, pages: [present] })
    for (const [driveId, pages] of [
      [target.id, [present]],
      [drive.id, []],
    ] as const) {
      const joined = await (await follow(owner, {})).request('join_drive', { driveId })
      expect(joined).toMatchObject({ presence: pages })
    }
    await onPage.request('leave_page', { pageId: below.id })
    expect(await there.next('drive_presence_updated')).toMatchObject({
      pages: [{ pageId: below.id, users: [] }],
    })
    // What was said before the move is all that was said there.
    const said = here.pending('drive_presence_updated') as { pages: { users: unknown[] }[] }[]
    expect(said.filter(({ pages }) => pages.some(({ users }) => users.length === 0))).toEqual([])
  })

  test('E1 E2 · a request over Socket.IO does the same; the asking socket is told by its answer alone', async () => {
    drive = await newDrive()
    const [a, b] = [await newPage('a'), await newPage('b')]
    const asking = await follow(owner, { driveId: drive.id })
    const otherTab = await follow(owner, { driveId: drive.id })
    const ack = await asking.request('move_page', { pageId: b.id, parentId: a.id })
    expect(ack).toMatchObject({ ok: true, page: { parentId: a.id } })
    expect(await otherTab.next('page_moved')).toMatchObject({ pageId: b.id, page: { parentId: a.id } })
    expect(await asking.request('move_page', { pageId: a.id, parentId: b.id })).toMatchObject({
      ...{ ok: false, error: { code: 'page-inside-itself' } },
    })
    const malformed = await asking.request('move_page', { pageId: a.id, parentId: 'nonsense' })
    expect(malformed).toMatchObject({ ok: false, error: { code: 'invalid-request' } })
    const stranger = await follow(await register(server.url, 'Stranger'), {})
    for (const name of ['move_page', 'restore_page'] as const) {
      const refused = await stranger.request(name, { pageId: a.id, parentId: null })
      expect(refused).toMatchObject({ ok: false, error: { code: 'not-found' } })
    }
    await owner.request('DELETE', `/api/pages/${a.id}`)
    const restored = await asking.request('restore_page', { pageId: a.id })
    expect(restored).toMatchObject({ ok: true, page: { id: a.id } })
    expect(await otherTab.next('page_restored')).toMatchObject({ page: { id: a.id }, pageCount: 2 })
    expect(asking.pending('page_moved')).toEqual([])
    expect(asking.pending('page_restored')).toEqual([])
  })
})

describe('a change that was based on an older revision', () => {
  test('E2 · is made all the same, and answers what it has replaced and who had changed that', async () => {
    drive = await newDrive()
    const editor = await member('editor')
    const page = await newPage('first')
    const path = `/api/pages/${page.id}`
    const based = { basedOnRevision: page.revision }
    const first = await editor.request<PageWithRole>('PATCH', path, { title: 'theirs', ...based })
    expect(first.body).not.toHaveProperty('conflict')
    const second = await owner.request('PATCH', path, { title: 'mine', ...based })
    const changed = changedPageSchema.strict().parse(second.body)
    expect(changed).toMatchObject({ title: 'mine', updatedBy: owner.session.user.id })
    expect(changed.conflict).toEqual({
      revision: first.body.revision,
      changedBy: { userId: editor.session.user.id, name: 'editor' },
      page: expect.objectContaining({ title: 'theirs' }),
    })
    const third = await move(page.id, { parentId: null, ...based }, editor)
    expect(third.body.conflict).toMatchObject({ changedBy: { userId: owner.session.user.id } })
    const client = await follow(owner, { driveId: drive.id })
    const ack = await client.request('update_page', { pageId: page.id, title: 'last', ...based })
    expect(ack).toMatchObject({ ok: true, conflict: { changedBy: { name: 'editor' } } })
  })

  test('an icon is an emoji or a name, and can be taken away', async () => {
    drive = await newDrive()
    const page = await newPage('page')
    const set = (icon: unknown) => owner.request<Page>('PATCH', `/api/pages/${page.id}`, { icon })
    for (const icon of ['📄', '🧑🏽‍🚀', '🇩🇪', 'check-list', null]) {
      expect((await set(icon)).body).toMatchObject({ icon, title: 'page' })
    }
    for (const icon of ['', 'Two words', '📄📄', '<svg>', 'x'.repeat(41), 4])
      expectProblem(await set(icon), 'invalid-request')
  })
})

describe('the trash', () => {
  const trashOf = async (person = owner, query = '') =>
    person.request<TrashList>('GET', `/api/drives/${drive.id}/trash${query}`)
  const restore = (pageId: string, person = owner) =>
    person.request<PageWithRole>('POST', `/api/pages/${pageId}/restore`)

  test('brings a page back to where it was, with what went with it and nothing else', async () => {
    drive = await newDrive()
    const top = await newPage('top')
    const page = await newPage('page', top.id)
    const inner = await newPage('inner', page.id)
    const earlier = await newPage('earlier', page.id)
    const after = await newPage('after', top.id)
    await owner.request('DELETE', `/api/pages/${earlier.id}`)
    await owner.request('DELETE', `/api/pages/${page.id}`)
    const { body } = await trashOf()
    expect(body.items.map(({ title, pageCount }) => [title, pageCount])).toEqual([
      ['page', 2],
      ['earlier', 1],
    ])
    expect(body.items[0]?.deletedBy).toEqual({ userId: owner.session.user.id, name: 'Olga' })

    const client = await follow(owner, { driveId: drive.id })
    const restored = await restore(page.id)
    expect(restored.body).toMatchObject({ id: page.id, parentId: top.id, role: 'owner' })
    expect(await client.next('page_restored')).toMatchObject({
      pageCount: 2,
      revision: restored.body.revision,
    })
    expect(await titlesBelow(top.id)).toEqual(['page', 'after'])
    expect(await titlesBelow(page.id)).toEqual(['inner'])
    expect((await trashOf()).body.items.map(({ title }) => title)).toEqual(['earlier'])
    // Once more changes nothing.
    expect((await restore(page.id)).body).toEqual(restored.body)

    // Where the place is gone as well, the page comes back at the top.
    await owner.request('DELETE', `/api/pages/${inner.id}`)
    await owner.request('DELETE', `/api/pages/${top.id}`)
    expect((await restore(inner.id)).body).toMatchObject({ parentId: null })
    expect((await owner.request('GET', `/api/pages/${after.id}`)).status).toBe(404)
  })

  test('A1 A2 · is for the drive’s editors, and emptied by its admins', async () => {
    drive = await newDrive()
    const page = await newPage('page')
    await owner.request('DELETE', `/api/pages/${page.id}`)
    const people = {
      viewer: await member('viewer'),
      commenter: await member('commenter'),
      editor: await member('editor'),
      admin: await member('admin'),
      stranger: await register(server.url, 'Stranger'),
    }
    for (const person of [people.viewer, people.commenter]) {
      expectProblem(await trashOf(person), 'forbidden')
      expectProblem(await restore(page.id, person), 'forbidden')
    }
    expectProblem(await trashOf(people.stranger), 'not-found')
    expectProblem(await restore(page.id, people.stranger), 'not-found')
    expectProblem(await restore(randomUUID(), people.editor), 'not-found')
    expect((await trashOf(people.editor)).body.items).toHaveLength(1)
    const erase = (person: Person) => person.request('DELETE', `/api/pages/${page.id}?permanent=true`)
    const empty = (person: Person) => person.request('DELETE', `/api/drives/${drive.id}/trash`)
    for (const act of [erase, empty]) {
      expectProblem(await act(people.editor), 'forbidden')
      expectProblem(await act(people.stranger), 'not-found')
    }
    expect((await restore(page.id, people.editor)).status).toBe(200)
    expectProblem(await erase(people.admin), 'not-in-trash')
    await owner.request('DELETE', `/api/pages/${page.id}`)
    expect((await erase(people.admin)).status).toBe(204)
    expectProblem(await restore(page.id), 'not-found')
    expect((await trashOf()).body.items).toEqual([])
  })

  test('D6 · what is removed for good takes its rows along, the lowest first, and nothing of what stays', async () => {
    drive = await newDrive()
    const kept = await newPage('kept')
    const page = await newPage('page')
    const inner = await newPage('inner', page.id)
    const nested = await newPage('nested', inner.id)
    await owner.request('DELETE', `/api/pages/${nested.id}`)
    const other = await newPage('other')
    for (const { id } of [page, other]) await owner.request('DELETE', `/api/pages/${id}`)
    await owner.request('DELETE', `/api/pages/${page.id}?permanent=true`)
    const ids = [kept, page, inner, nested, other].map(({ id }) => id)
    const remaining = async () => {
      const rows = await queryDatabase<{ page_id: string }>(
        server.databaseUrl,
        'SELECT page_id FROM documents JOIN pages ON id = page_id WHERE id = ANY($1)',
        [ids],
      )
      return rows.map((row) => row.page_id)
    }
    await until(async () => (await remaining()).length === 2)
    expect((await remaining()).sort()).toEqual([kept.id, other.id].sort())
    expect((await owner.request('DELETE', `/api/drives/${drive.id}/trash`)).status).toBe(204)
    await until(async () => (await remaining()).length === 1)
    expect(await titlesBelow(null)).toEqual(['kept'])
  })

  test('D6 · what has lain there for 30 days is removed by itself, what has lain there for 29 is not', async () => {
    drive = await newDrive()
    const [old, young] = [await newPage('old'), await newPage('young')]
    const inner = await newPage('inner', old.id)
    for (const { id } of [old, young]) await owner.request('DELETE', `/api/pages/${id}`)
    for (const [days, ids] of [
      [31, [old.id, inner.id]],
      [29, [young.id]],
    ] as const) {
      await queryDatabase(
        server.databaseUrl,
        'UPDATE pages SET deleted_at = now() - make_interval(days => $1) WHERE id = ANY($2)',
        [days, ids],
      )
    }
    const second = await startServer({ databaseUrl: server.databaseUrl })
    try {
      await until(async () => {
        const rows = await queryDatabase(server.databaseUrl, 'SELECT FROM pages WHERE id = ANY($1)', [
          [old.id, inner.id],
        ])
        return rows.length === 0
      })
      expect((await trashOf()).body.items.map(({ title }) => title)).toEqual(['young'])
    } finally {
      await second.close()
    }
  })

  test('D6 · a drive that was deleted 30 days ago goes with all that was in it, one of 29 days stays', async () => {
    const made = async (days: number) => {
      drive = await newDrive()
      const page = await newPage('page')
      const [inner] = [await newPage('inner', page.id), await newPage('in the trash')]
      await owner.request('DELETE', `/api/pages/${inner.id}`)
      const text = {
        type: 'doc',
        content: [{ type: 'paragraph', content: [{ type: 'text', text: 'text' }] }],
      }
      expect((await owner.request('PUT', `/api/pages/${page.id}/content`, text)).status).toBe(200)
      expect((await owner.request('DELETE', `/api/drives/${drive.id}`)).status).toBe(204)
      const statement = 'UPDATE drives SET deleted_at = now() - make_interval(days => $1) WHERE id = $2'
      await queryDatabase(server.databaseUrl, statement, [days, drive.id])
      return { driveId: drive.id, pageId: page.id }
    }
    const [old, young] = [await made(31), await made(29)]
    const count = async (table: string, column: string, id: string) => {
      const statement = `SELECT count(*)::int AS count FROM ${table} WHERE ${column} = $1`
      return (await queryDatabase<{ count: number }>(server.databaseUrl, statement, [id]))[0]?.count
    }
    const second = await startServer({ databaseUrl: server.databaseUrl })
    try {
      await until(async () => (await count('drives', 'id', old.driveId)) === 0)
      for (const [table, column, id] of [
        ['pages', 'drive_id', old.driveId],
        ['drive_members', 'drive_id', old.driveId],
        ['documents', 'page_id', old.pageId],
        ['document_updates', 'page_id', old.pageId],
      ] as const)
        expect([table, await count(table, column, id)]).toEqual([table, 0])
      expect(await count('audit_events', 'drive_id', old.driveId)).toBe(1)
      expect(await count('drives', 'id', young.driveId)).toBe(1)
      expect(await count('pages', 'drive_id', young.driveId)).toBe(3)
    } finally {
      await second.close()
    }
  })

  test('is listed in pieces, and not again as long as nothing has changed', async () => {
    drive = await newDrive()
    for (const title of ['a', 'b', 'c']) {
      await owner.request('DELETE', `/api/pages/${(await newPage(title)).id}`)
    }
    const first = (await trashOf(owner, '?limit=2')).body
    expect(first.items.map(({ title }) => title)).toEqual(['c', 'b'])
    const second = (await trashOf(owner, `?limit=2&cursor=${encodeURIComponent(first.nextCursor as string)}`))
      .body
    expect(second.items.map(({ title }) => title)).toEqual(['a'])
    expect(second).not.toHaveProperty('nextCursor')
    expectProblem(await trashOf(owner, '?cursor=nonsense'), 'invalid-request')
  })
})

describe('lists of pages', () => {
  test('show each page as it is read by itself, and nothing else of it', async () => {
    const top = await newPage('"Quotes" and \\, 漢字 🙂 \u2028')
    const below = await newPage('', top.id)
    await owner.request('PATCH', `/api/pages/${top.id}`, { icon: '📕' })
    for (const path of [`/api/drives/${drive.id}/pages`, `/api/pages/${top.id}/tree`]) {
      const { body } = await owner.request('GET', path)
      const { items } = z
        .object({ items: z.array(pageSchema.strict()), revision: z.int() })
        .strict()
        .parse(body)
      for (const { id } of [top, below]) {
        const { role: _role, ...page } = (await owner.request<PageWithRole>('GET', `/api/pages/${id}`)).body
        expect(items).toContainEqual(page)
      }
    }
    // A moment may end in zeros, of which PostgreSQL says nothing.
    for (const moment of ['2026-01-02 03:04:05Z', '2026-01-02 03:04:05.1Z', '2026-01-02 03:04:05.1239Z']) {
      await queryDatabase(server.databaseUrl, 'UPDATE pages SET created_at = $1 WHERE id = $2', [
        moment,
        top.id,
      ])
      const { items } = await listPages(owner, drive.id)
      expect(items.find(({ id }) => id === top.id)?.createdAt).toBe(new Date(moment).toISOString())
    }
  })

  test('show the pages below one parent, in pieces, and whether there is more below them', async () => {
    drive = await newDrive()
    const top = await newPage('top')
    for (const title of ['a', 'b', 'c', 'd', 'e']) await newPage(title, top.id)
    const list = async (query: string) =>
      (await owner.request<ChildPageList>('GET', `/api/drives/${drive.id}/pages?${query}`)).body
    expect((await list('parentId=root')).items).toMatchObject([{ title: 'top', hasChildren: true }])
    const titles: string[] = []
    let cursor: string | undefined
    do {
      const part = await list(`parentId=${top.id}&limit=2${cursor === undefined ? '' : `&cursor=${cursor}`}`)
      expect(part.items.length).toBeLessThanOrEqual(2)
      for (const page of part.items) {
        titles.push(page.title)
        expect(page.hasChildren).toBe(false)
      }
      cursor = part.nextCursor
    } while (cursor !== undefined)
    expect(titles).toEqual(['a', 'b', 'c', 'd', 'e'])
    const path = `/api/drives/${drive.id}/pages`
    for (const query of ['parentId=x', 'parentId=root&cursor=%00', 'parentId=root&limit=0', 'limit=1000'])
      expectProblem(await owner.request('GET', `${path}?${query}`), 'invalid-request')
  })

  test('V1 · answer 304 to who has the present revision, and anew after a change', async () => {
    drive = await newDrive()
    const page = await newPage('page')
    await owner.request('DELETE', `/api/pages/${(await newPage('gone')).id}`)
    const ask = (path: string, tag?: string) =>
      request<PageList>(server.url, 'GET', path, {
        token: owner.session.accessToken,
        ...(tag === undefined ? {} : { headers: { 'if-none-match': tag } }),
      })
    const paths = [
      `/api/drives/${drive.id}/pages`,
      `/api/drives/${drive.id}/pages?parentId=root`,
      `/api/pages/${page.id}/tree`,
      `/api/drives/${drive.id}/trash`,
    ]
    for (const path of paths) {
      const first = await ask(path)
      const tag = first.headers.get('etag') as string
      expect(tag).toBe(`"${first.body.revision}"`)
      const again = await ask(path, tag)
      expect(again).toMatchObject({ status: 304, body: '' })
      await owner.request('PATCH', `/api/pages/${page.id}`, { title: path.slice(0, 50) })
      expect((await ask(path, tag)).status).toBe(200)
    }
    // Who may not see it learns nothing from a tag that holds.
    const stranger = await register(server.url, 'Stranger')
    for (const path of paths) {
      const answer = await request(server.url, 'GET', path, {
        ...{ token: stranger.session.accessToken, headers: { 'if-none-match': '*' } },
      })
      expectProblem(answer, 'not-found')
    }
  })

  test('A1 · a guest’s tree is the linked page and what lies below; breadcrumbs begin there', async () => {
    drive = await newDrive()
    const above = await newPage('above')
    const shared = await newPage('shared', above.id)
    const inner = await newPage('inner', shared.id)
    const gone = await newPage('gone', shared.id)
    await owner.request('DELETE', `/api/pages/${gone.id}`)
    await newPage('beside', above.id)
    const link = await createShareLink(owner, shared.id, 'viewer')
    const guest = await enterAsGuest(server.url, link.token, 'Gus')
    const get = (path: string) => guest.request<{ items: Page[] }>('GET', path)
    const titles = async (path: string) => (await get(path)).body.items.map(({ title }) => title)
    expect((await titles(`/api/pages/${shared.id}/tree`)).sort()).toEqual(['inner', 'shared'])
    expect(await titles(`/api/drives/${drive.id}/pages?parentId=${shared.id}`)).toEqual(['inner'])
    expect(await titles(`/api/pages/${inner.id}/breadcrumbs`)).toEqual(['shared', 'inner'])
    for (const path of [
      `/api/pages/${above.id}/tree`,
      `/api/pages/${above.id}/breadcrumbs`,
      `/api/drives/${drive.id}/pages?parentId=${above.id}`,
      `/api/drives/${drive.id}/pages?parentId=root`,
      `/api/drives/${(await newDrive()).id}/pages?parentId=${shared.id}`,
      `/api/drives/${drive.id}/trash`,
    ]) {
      expectProblem(await get(path), 'not-found')
    }
  })
})

describe('duplicating a page', () => {
  const text = (word: string) => ({
    ...{ type: 'doc', content: [{ type: 'paragraph', content: [{ type: 'text', text: word }] }] },
  })

  test('E2 · copies it with what lies below and all the text, right behind it, once', async () => {
    drive = await newDrive()
    const page = await newPage('page')
    const inner = await newPage('inner', page.id)
    await newPage('empty', inner.id)
    const gone = await newPage('gone', page.id)
    await owner.request('DELETE', `/api/pages/${gone.id}`)
    await newPage('last')
    for (const [{ id }, word] of [
      [page, 'Outer'],
      [inner, 'Inner'],
    ] as const) {
      expect((await owner.request('PUT', `/api/pages/${id}/content`, text(word))).status).toBeLessThan(300)
    }
    const client = await follow(owner, { driveId: drive.id })
    const id = randomUUID()
    const [copy, again] = await Promise.all(
      [1, 2].map(() => owner.request<PageWithRole>('POST', `/api/pages/${page.id}/duplicate`, { id })),
    )
    expect(copy).toMatchObject({ status: 201, body: { id, title: 'page (copy)', parentId: null } })
    expect(again?.body).toEqual(copy?.body)
    expect(await titlesBelow(null)).toEqual(['page', 'page (copy)', 'last'])
    const { items } = await listPages(owner, drive.id)
    const copiedInner = items.find(({ parentId }) => parentId === id) as Page
    expect(copiedInner.title).toBe('inner')
    expect(await titlesBelow(copiedInner.id)).toEqual(['empty'])
    expect(await readText(owner, id)).toContain('Outer')
    expect(await readText(owner, copiedInner.id)).toContain('Inner')
    const revisions = [0, 1, 2].map(() => client.next('page_created'))
    const numbers = (await Promise.all(revisions)).map(({ revision }) => revision)
    expect(numbers).toEqual([numbers[0], (numbers[0] as number) + 1, (numbers[0] as number) + 2])

    // A copy is a page of its own.
    await owner.request('PUT', `/api/pages/${id}/content`, text('Changed'))
    expect(await readText(owner, page.id)).toContain('Outer')
  })

  test('A2 · takes seeing the page and editing where the copy goes', async () => {
    drive = await newDrive()
    const above = await newPage('above')
    const page = await newPage('page', above.id)
    const link = await createShareLink(owner, page.id, 'editor')
    const guest = await enterAsGuest(server.url, link.token, 'Gus')
    const copy = (person: Person) => person.request('POST', `/api/pages/${page.id}/duplicate`, {})
    expectProblem(await copy(await member('commenter')), 'forbidden')
    expectProblem(await copy(await register(server.url, 'Stranger')), 'not-found')
    expectProblem(await copy(guest), 'not-found')
    expect((await copy(await member('editor'))).status).toBe(201)
  })
})

test('A1 · what is restricted stays hidden: below its parent, in the trash, in copies, and when it moves', async () => {
  drive = await newDrive()
  const editor = await member('editor')
  const top = await newPage('top')
  const secret = await newPage('secret', top.id)
  await newPage('inside', secret.id)
  await owner.request('PATCH', `/api/pages/${secret.id}`, { restricted: true })
  const below = async (person: Person, parentId: string) =>
    (await person.request<ChildPageList>('GET', `/api/drives/${drive.id}/pages?parentId=${parentId}`)).body
  expect((await below(editor, 'root')).items).toMatchObject([{ title: 'top', hasChildren: false }])
  expect((await below(owner, 'root')).items).toMatchObject([{ title: 'top', hasChildren: true }])
  expect((await below(editor, top.id)).items).toEqual([])
  const tree = await editor.request<PageList>('GET', `/api/pages/${top.id}/tree`)
  expect(tree.body.items.map(({ title }) => title)).toEqual(['top'])

  const copy = async (person: Person) =>
    (await person.request<Page>('POST', `/api/pages/${top.id}/duplicate`, {})).body.id
  expect(await titlesBelow(await copy(editor))).toEqual([])
  const whole = await copy(owner)
  expect(await titlesBelow(whole)).toEqual(['secret'])
  expect((await below(editor, whole)).items).toEqual([])

  const client = await follow(editor, { driveId: drive.id })
  await move(secret.id, { parentId: null })
  expectProblem(await move(secret.id, { parentId: top.id }, editor), 'not-found')
  await owner.request('DELETE', `/api/pages/${secret.id}`)
  const trash = (person: Person) => person.request<TrashList>('GET', `/api/drives/${drive.id}/trash`)
  expect((await trash(editor)).body.items).toEqual([])
  expect((await trash(owner)).body.items).toHaveLength(1)
  expectProblem(await editor.request('POST', `/api/pages/${secret.id}/restore`), 'not-found')
  await owner.request('POST', `/api/pages/${secret.id}/restore`)

  // Into the open it is told of, and back under cover it is taken away.
  const cover = await newPage('cover', secret.id)
  await move(cover.id, { parentId: top.id })
  expect(await client.next('page_moved')).toMatchObject({ pageId: cover.id })
  await move(cover.id, { parentId: secret.id })
  expect(await client.next('access_revoked')).toMatchObject({ pageId: cover.id, reason: 'page-moved' })
  for (const name of ['page_moved', 'page_restored', 'page_deleted'] as const)
    expect(client.pending(name)).toEqual([])
})

describe('pages below one that are not one’s own to edit', () => {
  test('A1 A2 · keep it from being deleted or taken to another drive; nothing is told of them', async () => {
    drive = await newDrive()
    const editor = await member('editor')
    const [top, place] = [await newPage('top'), await newPage('place')]
    const secret = await newPage('secret', (await newPage('between', top.id)).id)
    await owner.request('PATCH', `/api/pages/${secret.id}`, { restricted: true })
    const own = await newDrive(editor)
    const deleted = await editor.request('DELETE', `/api/pages/${top.id}`)
    const moved = await move(top.id, { parentId: null, driveId: own.id }, editor)
    for (const answer of [deleted, moved]) {
      expectProblem(answer, 'subpages-not-editable')
      expect(JSON.stringify(answer.body)).not.toMatch(new RegExp(`secret|${secret.id}`))
    }
    expect(await titlesBelow(null)).toEqual(['top', 'place'])
    // Within the drive nobody else gets to see them, so they go along.
    expect((await move(top.id, { parentId: place.id }, editor)).status).toBe(200)

    // Those that one may edit go along everywhere.
    await owner.request('PUT', `/api/pages/${secret.id}/grants/${editor.session.user.id}`, { role: 'viewer' })
    expectProblem(await editor.request('DELETE', `/api/pages/${top.id}`), 'subpages-not-editable')
    await owner.request('PUT', `/api/pages/${secret.id}/grants/${editor.session.user.id}`, { role: 'editor' })
    expect((await editor.request('DELETE', `/api/pages/${top.id}`)).status).toBe(204)
  })

  test('A1 · in the trash they are not taken to another drive either, nor counted or named by a cursor', async () => {
    drive = await newDrive()
    const editor = await member('editor')
    const top = await newPage('top')
    const secret = await newPage('secret', top.id)
    await owner.request('PATCH', `/api/pages/${secret.id}`, { restricted: true })
    const trash = async (limit: number) =>
      (await editor.request<TrashList>('GET', `/api/drives/${drive.id}/trash?limit=${limit}`)).body
    await owner.request('DELETE', `/api/pages/${secret.id}`)
    const own = await newDrive(editor)
    expectProblem(await move(top.id, { parentId: null, driveId: own.id }, editor), 'subpages-not-editable')
    await owner.request('POST', `/api/pages/${secret.id}/restore`)

    const later = await newPage('hidden later')
    for (const id of [later.id, top.id]) await owner.request('DELETE', `/api/pages/${id}`)
    expect(await trash(10)).toMatchObject({
      items: [{ title: 'top', pageCount: 1 }, { title: 'hidden later' }],
    })
    await owner.request('POST', `/api/pages/${later.id}/restore`)
    await owner.request('PATCH', `/api/pages/${later.id}`, { restricted: true })
    await owner.request('DELETE', `/api/pages/${later.id}`)
    expect(JSON.stringify(await trash(1))).not.toContain(later.id)
    expect((await trash(1)).items).toMatchObject([{ title: 'top' }])
  })
})

describe('pages at hand', () => {
  test('A1 · favourites keep their order, are one’s own, and show only what one may see', async () => {
    drive = await newDrive()
    const other = await member('viewer')
    const [a, b, c] = [await newPage('a'), await newPage('b'), await newPage('c')]
    const put = (page: Page, body: object = {}) => other.request('PUT', `/api/me/favourites/${page.id}`, body)
    const titles = async (person = other) =>
      (await person.request<{ items: Page[] }>('GET', '/api/me/favourites')).body.items.map(
        ({ title }) => title,
      )
    for (const { status } of await Promise.all([a, b, c].map((page) => put(page)))) expect(status).toBe(204)
    expect((await titles()).sort()).toEqual(['a', 'b', 'c'])
    await put(c, { afterId: null })
    await put(a, { afterId: c.id })
    expect(await titles()).toEqual(['c', 'a', 'b'])
    await put(c)
    expect(await titles()).toEqual(['c', 'a', 'b'])
    expectProblem(await put(a, { afterId: randomUUID() }), 'sibling-not-found')
    expect(await titles(owner)).toEqual([])
    await owner.request('DELETE', `/api/pages/${a.id}`)
    expect(await titles()).toEqual(['c', 'b'])
    await owner.request('POST', `/api/pages/${a.id}/restore`)
    expect(await titles()).toEqual(['c', 'a', 'b'])
    const elsewhere = await newDrive()
    await move(b.id, { driveId: elsewhere.id, parentId: null })
    expect(await titles()).toEqual(['c', 'a'])
    expect((await other.request('DELETE', `/api/me/favourites/${c.id}`)).status).toBe(204)
    expect(await titles()).toEqual(['a'])
    expectProblem(await other.request('DELETE', `/api/me/favourites/${c.id}`), 'not-found')
    expectProblem(await put(b), 'not-found')
  })

  test('A1 · recent pages are those that one opened, the latest first, as far as one may still see them', async () => {
    drive = await newDrive()
    const other = await member('viewer')
    const [a, b, c] = [await newPage('a'), await newPage('b'), await newPage('c')]
    const titles = async (person = other) => {
      const { body } = await person.request<{ items: { page: Page }[] }>('GET', '/api/me/recent')
      return body.items.map(({ page }) => page.title)
    }
    await follow(other, { pageId: a.id })
    await follow(other, { pageId: b.id })
    expect((await other.request('PUT', `/api/me/recent/${c.id}`)).status).toBe(204)
    expect(await titles()).toEqual(['c', 'b', 'a'])
    await follow(other, { pageId: a.id })
    expect(await titles()).toEqual(['a', 'c', 'b'])
    expect(await titles(await member('viewer'))).toEqual([])
    await owner.request('DELETE', `/api/pages/${c.id}`)
    expect(await titles()).toEqual(['a', 'b'])
    expectProblem(await other.request('PUT', `/api/me/recent/${c.id}`), 'not-found')
  })
})
