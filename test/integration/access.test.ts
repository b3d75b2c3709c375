import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Session, User } from '../../shared/api/auth.ts'
import type { Drive, Member } from '../../shared/api/drives.ts'
import type { CreatedShareLink, PageWithRole } from '../../shared/api/pages.ts'
import { queryDatabase } from '../support/database.ts'
import { openDocument } from '../support/document-client.ts'
import {
  addMember,
  createPage,
  createShareLink,
  enterAsGuest,
  firstDrive,
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
let admin: Person
let editor: Person
let stranger: Person
let drive: Drive
const opened: { close(): void }[] = []

beforeAll(async () => {
  server = await startServer()
  ;[owner, admin, editor, stranger] = (await Promise.all(
    ['Olga', 'Adam', 'Edith', 'Stan'].map((name) => register(server.url, name)),
  )) as [Person, Person, Person, Person]
  drive = await firstDrive(owner)
  await addMember(owner, admin, 'admin')
  await addMember(owner, editor, 'editor')
})
afterAll(async () => {
  for (const client of opened) client.close()
  await server.close()
})

const idOf = (person: Person) => person.session.user.id
const memberPath = (person: Person) => `/api/drives/${drive.id}/members/${idOf(person)}`
const codeOf = async (answer: Promise<{ status: number; body: unknown }>) => {
  const { status, body } = await answer
  return status < 300 ? status : (body as { code: string }).code
}
const canRead = async (person: Person, pageId: string) =>
  (await person.request('GET', `/api/pages/${pageId}`)).status === 200

async function connect(person: Person): Promise<RealtimeClient> {
  const client = await openRealtime(server.url, person.session.accessToken)
  opened.push(client)
  return client
}

function open(person: Person, pageId: string) {
  const client = openDocument(server.url, pageId, person.session.accessToken)
  opened.push(client)
  return client
}

async function newMember(name: string, role: 'viewer' | 'editor' | 'admin' = 'editor'): Promise<Person> {
  const person = await register(server.url, name)
  await addMember(owner, person, role)
  return person
}

describe('members', () => {
  test('A2 · nobody touches the owner, and only admins touch anybody', async () => {
    const mary = await newMember('Mary')
    for (const [person, code] of [
      [editor, 'forbidden'],
      [stranger, 'not-found'],
    ] as const) {
      expect(await codeOf(person.request('PATCH', memberPath(mary), { role: 'viewer' }))).toBe(code)
      expect(await codeOf(person.request('DELETE', memberPath(mary)))).toBe(code)
      expect(await codeOf(person.request('GET', `/api/drives/${drive.id}/audit`))).toBe(code)
    }
    for (const person of [admin, owner]) {
      expect(await codeOf(person.request('PATCH', memberPath(owner), { role: 'admin' }))).toBe('is-owner')
      expect(await codeOf(person.request('DELETE', memberPath(owner)))).toBe('is-owner')
    }
    const transfer = { userId: idOf(admin) }
    expect(await codeOf(admin.request('PUT', `/api/drives/${drive.id}/owner`, transfer))).toBe('forbidden')
    expect(await codeOf(admin.request('PATCH', memberPath(stranger), { role: 'viewer' }))).toBe('not-found')
    expect(await codeOf(admin.request('PATCH', memberPath(mary), { role: 'owner' }))).toBe('invalid-request')
  })

  test('A3 · E3 · a role that changes is told to the drive and the person, and holds at once on both transports', async () => {
    const page = await createPage(owner)
    const mary = await newMember('Mary')
    const [maryEvents, ownerEvents, strangerEvents] = await Promise.all([mary, owner, stranger].map(connect))
    if (!maryEvents || !ownerEvents || !strangerEvents) throw new Error('three sockets were opened')
    await ownerEvents.request('join_drive', { driveId: drive.id })
    const document = open(mary, page.id)
    await document.synced()
    let closings = 0
    document.provider.on('close', () => closings++)

    const changed = await admin.request<Member>('PATCH', memberPath(mary), { role: 'viewer' })
    expect(changed.body).toMatchObject({ userId: idOf(mary), role: 'viewer' })
    const { revision } = await listPages(owner, drive.id)
    expect(await ownerEvents.next('member_updated')).toMatchObject({ revision, member: { role: 'viewer' } })
    expect(await maryEvents.next('access_changed')).toMatchObject({ pageId: null, role: 'viewer', revision })
    await until(() => document.provider.authorizedScope === 'readonly')
    // In place: the connection was not closed for it.
    expect(closings).toBe(0)
    document.write('too late')
    const seen = open(owner, page.id)
    await seen.synced()
    seen.write('after')
    await document.until(() => document.paragraphs().includes('after'))
    expect(seen.paragraphs()).not.toContain('too late')

    await admin.request('PATCH', memberPath(mary), { role: 'editor' })
    await seen.until(() => seen.paragraphs().includes('too late'))
    expect(strangerEvents.pending('member_updated')).toEqual([])
  })

  test('A2 A3 · a reader who may write again goes on in place; one who was refused something comes back with it', async () => {
    const page = await createPage(owner)
    const mary = await newMember('Mary', 'viewer')
    const document = open(mary, page.id)
    await document.synced()
    let closings = 0
    document.provider.on('close', () => closings++)
    const turn = async (role: 'viewer' | 'editor') => {
      await owner.request('PATCH', memberPath(mary), { role })
      await until(() => document.provider.authorizedScope === (role === 'viewer' ? 'readonly' : 'read-write'))
    }
    for (const text of ['first', 'second']) {
      await turn('editor')
      document.write(text)
      await document.saved()
      await turn('viewer')
    }
    expect(closings).toBe(0)
    expect(await readText(owner, page.id)).toBe('first\nsecond')

    document.write('while reading')
    await turn('editor')
    await until(async () => (await readText(owner, page.id)).endsWith('while reading'))
    await document.saved()
    expect(closings).toBe(1)
  })

  test('A3 · who is removed loses room, document and list, and is told why', async () => {
    const page = await createPage(owner)
    const mary = await newMember('Mary')
    const events = await connect(mary)
    await events.request('join_drive', { driveId: drive.id })
    await events.request('join_page', { pageId: page.id })
    const document = open(mary, page.id)
    await document.synced()
    const ended = document.ended()
    expect((await admin.request('DELETE', memberPath(mary))).status).toBe(204)
    expect(await events.next('access_revoked')).toMatchObject({ driveId: drive.id, reason: 'member-removed' })
    expect(await ended).toBe('page-not-found')
    expect(await canRead(mary, page.id)).toBe(false)
    await owner.request('PATCH', `/api/pages/${page.id}`, { title: 'Without Mary' })
    expect(await events.request('join_drive', { driveId: drive.id })).toMatchObject({ ok: false })
    expect(events.pending('page_updated')).toEqual([])
  })

  test('A3 E3 · what happens right behind a removal is not heard by who was removed', async () => {
    const pages = await Promise.all(Array.from({ length: 30 }, () => createPage(owner)))
    const mary = await newMember('Mary')
    const events = await connect(mary)
    await events.request('join_drive', { driveId: drive.id })
    // Each is decided about again, so that it takes a while.
    for (const { id } of pages) await events.request('join_page', { pageId: id })
    await admin.request('DELETE', memberPath(mary))
    await Promise.all(
      pages.map(({ id }) => owner.request('PATCH', `/api/pages/${id}`, { title: 'Behind her back' })),
    )
    // The answer is behind everything that was sent before.
    expect(await events.request('join_drive', { driveId: drive.id })).toMatchObject({ ok: false })
    expect(events.pending('page_updated')).toEqual([])
  })

  test('everybody may leave, but the owner only after giving the drive away; there is one owner at any time', async () => {
    const mary = await newMember('Mary', 'viewer')
    expect(await codeOf(mary.request('DELETE', memberPath(mary)))).toBe(204)
    const ann = await register(server.url, 'Ann')
    const bea = await register(server.url, 'Bea')
    const own = await firstDrive(ann)
    await addMember(ann, bea, 'viewer')
    const put = (person: Person, to: Person) =>
      person.request('PUT', `/api/drives/${own.id}/owner`, { userId: idOf(to) })
    expect(await codeOf(put(ann, stranger))).toBe('not-found')
    const answers = await Promise.all([put(ann, bea), put(ann, bea)])
    expect(answers.map(({ status }) => status).sort()).toEqual([200, 403])
    const { body } = await bea.request<{ items: Member[] }>('GET', `/api/drives/${own.id}/members`)
    expect(body.items.map(({ userId, role }) => [userId, role])).toEqual([
      [idOf(ann), 'admin'],
      [idOf(bea), 'owner'],
    ])
    expect(await codeOf(ann.request('DELETE', `/api/drives/${own.id}`))).toBe('forbidden')
    expect(await codeOf(ann.request('DELETE', `/api/drives/${own.id}/members/${idOf(ann)}`))).toBe(204)
    expect(await codeOf(bea.request('DELETE', `/api/drives/${own.id}`))).toBe(204)
    expect(await codeOf(bea.request('GET', `/api/drives/${own.id}`))).toBe('not-found')
  })
})

describe('grants and restricted pages', () => {
  const restrict = (pageId: string, restricted: boolean) =>
    owner.request<PageWithRole>('PATCH', `/api/pages/${pageId}`, { restricted })
  const put = (by: Person, pageId: string, to: Person, role = 'editor') =>
    by.request('PUT', `/api/pages/${pageId}/grants/${idOf(to)}`, { role })

  test('A1 A3 · a restricted page leaves lists, rooms and documents of all who are not named, and comes back', async () => {
    const page = await createPage(owner, 'Plans')
    const inner = await owner.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, {
      ...{ title: 'Inner', parentId: page.id },
    })
    const events = await connect(editor)
    const adminEvents = await connect(admin)
    for (const socket of [events, adminEvents]) await socket.request('join_drive', { driveId: drive.id })
    await events.request('join_page', { pageId: inner.body.id })
    const document = open(editor, inner.body.id)
    await document.synced()
    const ended = document.ended()

    expect((await restrict(page.id, true)).body).toMatchObject({ restricted: true, role: 'owner' })
    expect(await events.next('access_revoked')).toMatchObject({ pageId: page.id, reason: 'page-restricted' })
    expect(await ended).toBe('page-not-found')
    const ids = async (person: Person) => (await listPages(person, drive.id)).items.map(({ id }) => id)
    expect(await ids(editor)).not.toEqual(expect.arrayContaining([page.id]))
    expect(await ids(editor)).not.toEqual(expect.arrayContaining([inner.body.id]))
    expect(await ids(admin)).toEqual(expect.arrayContaining([page.id, inner.body.id]))

    expect((await adminEvents.next('page_updated')).page).toMatchObject({ id: page.id, restricted: true })
    await owner.request('PATCH', `/api/pages/${inner.body.id}`, { title: 'Secret' })
    expect((await adminEvents.next('page_updated')).page.title).toBe('Secret')
    await createPage(owner, 'Public')
    expect((await events.next('page_created')).page.title).toBe('Public')
    expect(events.pending('page_updated')).toEqual([])

    expect(await codeOf(put(editor, page.id, stranger))).toBe('not-found')
    expect(await codeOf(put(admin, page.id, editor))).toBe(200)
    expect(await events.next('access_changed')).toMatchObject({ pageId: page.id, role: 'editor' })
    expect(await ids(editor)).toEqual(expect.arrayContaining([page.id, inner.body.id]))
    await owner.request('PATCH', `/api/pages/${inner.body.id}`, { title: 'For the named' })
    expect((await events.next('page_updated')).page.title).toBe('For the named')
    await restrict(page.id, false)
    expect(await canRead(editor, inner.body.id)).toBe(true)
  })

  test('A1 A2 · somebody from outside who is named gets that page and what lies below, until it is taken back', async () => {
    const page = await createPage(owner, 'For Gina')
    const beside = await createPage(owner, 'Beside')
    const gina = await register(server.url, 'Gina')
    const events = await connect(gina)
    expect(await codeOf(put(admin, page.id, gina))).toBe(200)
    expect(await events.next('access_changed')).toMatchObject({ pageId: page.id, reason: 'grant-set' })
    const below = await gina.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, {
      parentId: page.id,
    })
    expect(below).toMatchObject({ status: 201, body: { role: 'editor' } })
    expect(await canRead(gina, beside.id)).toBe(false)
    expect(await codeOf(gina.request('GET', `/api/drives/${drive.id}/pages`))).toBe('not-found')
    const shared = await gina.request('GET', '/api/me/shared-pages')
    expect(shared.body).toMatchObject({ items: [{ pageId: page.id, role: 'editor' }] })
    const document = open(gina, page.id)
    await document.synced()
    const ended = document.ended()
    expect(await codeOf(admin.request('DELETE', `/api/pages/${page.id}/grants/${idOf(gina)}`))).toBe(204)
    expect(await ended).toBe('page-not-found')
    expect(await events.next('access_revoked')).toMatchObject({ pageId: page.id, reason: 'grant-removed' })
    expect(await canRead(gina, below.body.id)).toBe(false)
  })
})

describe('share links', () => {
  const make = async (pageId: string, body: object) =>
    (await owner.request<CreatedShareLink>('POST', `/api/pages/${pageId}/share-links`, body)).body
  const enter = (shareToken: string, password?: string) =>
    request<{ code: string }>(server.url, 'POST', '/api/auth/guest', {
      body: { shareToken, name: 'Gus', ...(password === undefined ? {} : { password }) },
    })

  test('A1 · a password is asked for, and guessing is slowed down', async () => {
    const page = await createPage(owner)
    const link = await make(page.id, { role: 'viewer', password: 'open sesame' })
    expect(link.hasPassword).toBe(true)
    expect((await enter(link.token)).body.code).toBe('link-password-required')
    expect((await enter(link.token, 'wrong')).body.code).toBe('link-password-wrong')
    expect((await enter(link.token, 'open sesame')).status).toBe(201)
    const rest = await Promise.all(Array.from({ length: 25 }, () => enter(link.token, 'wrong')))
    expect(new Set(rest.map(({ body }) => body.code))).toEqual(
      new Set(['link-password-wrong', 'rate-limited']),
    )
  })

  test('A3 · at its end a link puts guests out of rooms and documents by itself', async () => {
    const page = await createPage(owner)
    const link = await make(page.id, {
      ...{ role: 'editor', expiresAt: new Date(Date.now() + 4_000).toISOString() },
    })
    const guest = await enterAsGuest(server.url, link.token, 'Gus')
    const events = await connect(guest)
    expect(await events.request('join_page', { pageId: page.id })).toMatchObject({ ok: true })
    const document = open(guest, page.id)
    await document.synced()
    expect(await document.ended()).toBe('page-not-found')
    expect(await events.next('access_revoked')).toMatchObject({ reason: 'share-link-expired' })
    expect((await enter(link.token)).body.code).toBe('not-found')
  })

  test('A1 A3 · somebody with an account opens one as themselves, and loses it with the link', async () => {
    const page = await createPage(owner)
    const link = await createShareLink(owner, page.id, 'editor')
    const mary = await register(server.url, 'Mary')
    const answer = await mary.request('POST', '/api/share-links/open', { shareToken: link.token })
    expect(answer).toMatchObject({ status: 200, body: { id: page.id, role: 'editor' } })
    const events = await connect(mary)
    const document = open(mary, page.id)
    await document.synced()
    const ended = document.ended()
    await owner.request('DELETE', `/api/pages/${page.id}/share-links/${link.id}`)
    expect(await ended).toBe('page-not-found')
    expect(await events.next('access_revoked')).toMatchObject({ reason: 'share-link-revoked' })
    const again = mary.request('POST', '/api/share-links/open', { shareToken: link.token })
    expect(await codeOf(again)).toBe('not-found')
  })

  test('A1 · none leads into a restricted page', async () => {
    const page = await createPage(owner)
    const link = await createShareLink(owner, page.id, 'viewer')
    const guest = await enterAsGuest(server.url, link.token, 'Gus')
    await owner.request('PATCH', `/api/pages/${page.id}`, { restricted: true })
    expect(await canRead(guest, page.id)).toBe(false)
    const create = owner.request('POST', `/api/pages/${page.id}/share-links`, { role: 'viewer' })
    expect(await codeOf(create)).toBe('page-restricted')
  })
})

describe('sessions and accounts', () => {
  test('A3 · signing out everywhere ends every connection of every device, and nobody else’s', async () => {
    const mary = await register(server.url, 'Mary')
    const login = await request<{ accessToken: string }>(server.url, 'POST', '/api/auth/login', {
      body: { email: mary.email, password: mary.password },
    })
    const list = await mary.request<{ items: { id: string; isCurrent: boolean }[] }>(
      'GET',
      '/api/me/sessions',
    )
    expect(list.body.items.map(({ isCurrent }) => isCurrent)).toEqual([false, true])
    const other = await openRealtime(server.url, login.body.accessToken)
    opened.push(other)
    const foreign = `/api/me/sessions/${list.body.items[0]?.id}`
    expect(await codeOf(stranger.request('DELETE', foreign))).toBe('not-found')
    expect(await codeOf(mary.request('DELETE', foreign))).toBe(204)
    await until(() => other.socket.disconnected)
    const own = await connect(mary)
    const bystander = await connect(stranger)
    expect(await codeOf(mary.request('DELETE', '/api/me/sessions'))).toBe(204)
    await until(() => own.socket.disconnected)
    expect(await codeOf(mary.request('GET', '/api/me'))).toBe('session-ended')
    expect(bystander.socket.connected).toBe(true)
  })

  test('E2 · a new name is everywhere at once, and the members of one’s drives are told', async () => {
    const mary = await newMember('Mary')
    const watcher = await connect(owner)
    const told: string[] = []
    watcher.socket.on('member_updated', ({ member }) => told.push(member.name))
    await watcher.socket.emitWithAck('join_drive', { driveId: drive.id })
    expect(await codeOf(mary.request('PATCH', '/api/me', { name: '' }))).toBe('invalid-request')
    const answer = await mary.request<User>('PATCH', '/api/me', { name: 'Mary Miller' })
    expect(answer.body).toMatchObject({ name: 'Mary Miller', email: mary.email })
    await until(() => told.includes('Mary Miller'))
    expect((await mary.request<User>('GET', '/api/me')).body.name).toBe('Mary Miller')
  })

  test('a new password signs out all other devices, and the old one opens nothing any more', async () => {
    const mary = await newMember('Mary')
    const signIn = (password: string) =>
      request<Session>(server.url, 'POST', '/api/auth/login', { body: { email: mary.email, password } })
    const other = await openRealtime(server.url, (await signIn(mary.password)).body.accessToken)
    opened.push(other)
    const change = (currentPassword: string, newPassword: string) =>
      codeOf(mary.request('PUT', '/api/me/password', { currentPassword, newPassword }))
    expect(await change('wrong', 'another long password')).toBe('invalid-credentials')
    expect(await change(mary.password, 'short')).toBe('invalid-request')
    expect(other.socket.connected).toBe(true)
    expect(await change(mary.password, 'another long password')).toBe(204)
    await until(() => other.socket.disconnected)
    expect((await mary.request('GET', '/api/me')).status).toBe(200)
    expect((await signIn(mary.password)).status).toBe(401)
    expect((await signIn('another long password')).status).toBe(200)
  })

  test('an account goes once it owns nothing; what it wrote stays, without the name', async () => {
    const mary = await newMember('Mary')
    const page = await mary.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, { title: 'Hers' })
    const { password } = mary
    expect(await codeOf(mary.request('DELETE', '/api/me', { password }))).toBe('owns-drives')
    const own = await firstDriveOwned(mary)
    await mary.request('DELETE', `/api/drives/${own}`)
    expect(await codeOf(mary.request('DELETE', '/api/me', { password: 'wrong' }))).toBe('invalid-credentials')
    const events = await connect(mary)
    expect(await codeOf(mary.request('DELETE', '/api/me', { password }))).toBe(204)
    await until(() => events.socket.disconnected)
    expect(await canRead(owner, page.body.id)).toBe(true)
    const [row] = await queryDatabase(server.databaseUrl, 'SELECT name, email FROM users WHERE id = $1', [
      idOf(mary),
    ])
    expect(row).toEqual({ name: 'Deleted user', email: null })
    const login = request(server.url, 'POST', '/api/auth/login', { body: { email: mary.email, password } })
    expect(await codeOf(login)).toBe('invalid-credentials')
  })

  async function firstDriveOwned(person: Person): Promise<string> {
    const { body } = await person.request<{ items: Drive[] }>('GET', '/api/drives')
    return body.items.find(({ role }) => role === 'owner')?.id ?? ''
  }
})

test('the audit trail says who did what, in pages, and takes nothing back', async () => {
  const mary = await newMember('Mary')
  await admin.request('PATCH', memberPath(mary), { role: 'viewer' })
  interface Trail {
    items: { id: number; action: string; actor: { name: string } }[]
    nextCursor?: string
  }
  const first = await admin.request<Trail>('GET', `/api/drives/${drive.id}/audit?limit=2`)
  expect(first.body.items).toMatchObject([
    {
      action: 'member-role-changed',
      actor: { name: 'Adam' },
      target: { userId: idOf(mary), role: 'viewer' },
    },
    { action: 'member-added', actor: { name: 'Olga' } },
  ])
  const path = `/api/drives/${drive.id}/audit?cursor=${first.body.nextCursor}`
  const next = await admin.request<Trail>('GET', path)
  expect(next.body.items[0]?.id).toBeLessThan(first.body.items[1]?.id ?? 0)
  for (const statement of ['DELETE FROM audit_events', "UPDATE audit_events SET action = 'member-added'"]) {
    await expect(queryDatabase(server.databaseUrl, statement)).rejects.toThrow('append-only')
  }
})
