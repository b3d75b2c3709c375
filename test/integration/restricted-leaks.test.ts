import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Drive } from '../../shared/api/drives.ts'
import type { Message } from '../../shared/api/messages.ts'
import type { Page, PageWithRole } from '../../shared/api/pages.ts'
import { openDocument } from '../support/document-client.ts'
import { createShareLink, enterAsGuest, type Person, register } from '../support/people.ts'
import { openRealtime, type RealtimeClient } from '../support/realtime-client.ts'
import { listRoutes, type Route } from '../support/routes.ts'
import { createService } from '../support/services.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

/** In every title and text that is for the named only; nothing else has it. */
const SECRET = 'Nightingale'

/** Somebody without access who listens and asks for everything. */
interface Attacker {
  readonly name: string
  readonly person: Person
  readonly client: RealtimeClient
  /** Everything that was received on any way, and on which. */
  readonly received: { from: string; text: string }[]
}

let server: TestServer
let owner: Person
/** Named on the restricted page. */
let insider: Person
let drive: Drive
/** Another drive with the same people. */
let target: Drive
let open: PageWithRole
let vault: PageWithRole
let routes: Route[]
const attackers: Attacker[] = []
const opened: { close(): void }[] = []
/** The ids of pages that nobody but the named may know of. */
const hidden = new Set<string>()

beforeAll(async () => {
  server = await startServer()
  ;[owner, insider] = (await Promise.all(['Olga', 'Ida'].map((name) => register(server.url, name)))) as [
    Person,
    Person,
  ]
  drive = await ask<Drive>(owner, 'POST', '/api/drives', { name: 'Drive' })
  target = await ask<Drive>(owner, 'POST', '/api/drives', { name: 'Target' })
  open = await newPage('Open')
  vault = await newPage(`Vault ${SECRET}`, open.id)
  await ask(owner, 'PATCH', `/api/pages/${vault.id}`, { restricted: true })
  hidden.add(vault.id)
  routes = (await listRoutes(server.url)).filter(({ method }) => method === 'GET')

  await join(insider, 'editor')
  await ask(owner, 'PUT', `/api/pages/${vault.id}/grants/${idOf(insider)}`, { role: 'editor' })
  for (const [role, transport] of [
    ['editor', 'websocket'],
    ['viewer', 'polling'],
  ] as const) {
    const person = await register(server.url, `Attacker ${role}`)
    await join(person, role)
    await attack(`a member, ${role}`, person, transport)
  }
  const { token } = await createShareLink(owner, open.id, 'editor')
  await attack('a guest', await enterAsGuest(server.url, token, 'Guest'), 'websocket')
})
afterAll(async () => {
  for (const client of opened) client.close()
  await server.close()
})

const idOf = (person: Person) => person.session.user.id

async function ask<Body = unknown>(
  person: Person,
  method: string,
  path: string,
  body?: unknown,
): Promise<Body> {
  const answer = await person.request<Body>(method, path, body)
  if (answer.status >= 300) throw new Error(`${method} ${path}: ${JSON.stringify(answer.body)}`)
  return answer.body
}

async function newPage(title: string, parentId: string | null = null): Promise<PageWithRole> {
  return ask(owner, 'POST', `/api/drives/${drive.id}/pages`, { title, parentId })
}

async function newHidden(title: string, parentId = vault.id): Promise<PageWithRole> {
  const id = randomUUID()
  hidden.add(id)
  const body = { id, title: `${title} ${SECRET}`, parentId }
  return ask(owner, 'POST', `/api/drives/${drive.id}/pages`, body)
}

async function join(person: Person, role: 'editor' | 'viewer'): Promise<void> {
  for (const { id } of [drive, target])
    await ask(owner, 'POST', `/api/drives/${id}/members`, { email: person.email, role })
}

async function follow(person: Person, transport = 'websocket'): Promise<RealtimeClient> {
  const client = await openRealtime(server.url, person.session.accessToken, { transports: [transport] })
  opened.push(client)
  return client
}

/** Connects somebody on every way, follows all that lets them, and keeps whatever arrives. */
async function attack(name: string, person: Person, transport: string): Promise<void> {
  const received: Attacker['received'] = []
  const client = await follow(person, transport)
  client.socket.io.engine.on('packet', ({ type, data }) => {
    if (data !== undefined) received.push({ from: `Socket.IO ${type}`, text: String(data) })
  })
  for (const { id } of [drive, target]) await client.request('join_drive', { driveId: id })
  await client.request('join_page', { pageId: open.id })
  const document = openDocument(server.url, open.id, person.session.accessToken)
  opened.push(document)
  await document.synced()
  document.provider.on('message', ({ message }: { message: { data: Uint8Array } }) =>
    received.push({ from: 'document', text: Buffer.from(message.data).toString('latin1') }),
  )
  attackers.push({ name, person, client, received })
}

/** Asks every reading route, with what is one's own and with what one has guessed. */
async function askEverything({ person, client, received }: Attacker): Promise<void> {
  const guesses = [...hidden].slice(0, 2)
  for (const { path, queryParameters } of routes) {
    const fillings = path.includes('{pageId}')
      ? [open.id, ...guesses].map((id) => path.replace('{pageId}', id))
      : path.includes('{driveId}')
        ? [drive.id, target.id].map((id) => path.replace('{driveId}', id))
        : [path]
    const queries =
      queryParameters.length === 0 ? [''] : ['?limit=1', `?q=${SECRET}&format=text&parentId=${open.id}`]
    for (const filling of fillings) {
      for (const query of queries) {
        const asked = filling.replaceAll(/\{\w+\}/g, randomUUID()) + query
        const { status, body, headers } = await person.request('GET', asked)
        expect([path, status]).not.toEqual([path, 429])
        received.push({ from: `GET ${path}${query}`, text: JSON.stringify([body, [...headers]]) })
      }
    }
  }
  for (const pageId of guesses) {
    for (const name of ['join_page', 'delete_page', 'restore_page'] as const)
      expect(await client.request(name, { pageId })).toMatchObject({ ok: false })
    const refused = [
      await person.request('PUT', `/api/me/favourites/${pageId}`, {}),
      await person.request('POST', `/api/pages/${pageId}/duplicate`, {}),
      await person.request('POST', `/api/pages/${open.id}/move`, { parentId: pageId }),
    ]
    for (const { status, body } of refused) {
      expect(status).toBeGreaterThanOrEqual(400)
      received.push({ from: 'a change that was refused', text: JSON.stringify(body) })
    }
  }
}

/** What the attackers have received of what is hidden. */
function findLeaks(): string[] {
  return attackers.flatMap(({ name, received }) =>
    received.flatMap(({ from, text }) => {
      const found = [...hidden, SECRET, SECRET.toLowerCase()].find((word) => text.includes(word))
      return found === undefined ? [] : [`${name}, ${from}: ${found} in ${text.slice(0, 200)}`]
    }),
  )
}

/** Resolves when all that was sent to the attackers has arrived. */
async function settle(): Promise<void> {
  await Promise.all(attackers.map(({ client }) => client.request('leave_page', { pageId: randomUUID() })))
}

test('attackers would notice', async () => {
  const [attacker] = attackers as [Attacker, ...Attacker[]]
  const page = await newPage(`Open ${SECRET}`)
  await until(() => findLeaks().length > 0)
  expect((await attacker.person.request<Page>('GET', `/api/pages/${page.id}`)).body.title).toContain(SECRET)
  await ask(owner, 'PATCH', `/api/pages/${page.id}`, { title: 'Open' })
  await settle()
  for (const { received } of attackers) received.splice(0)
})

test('A1 E3 · of restricted pages nothing reaches those who are not named: not a fact, not a list, not an id', async () => {
  const events = await follow(insider)
  await events.request('join_drive', { driveId: drive.id })
  const page = await newHidden('Page')
  const below = await newHidden('Below', page.id)

  // Names, places, copies.
  await events.request('update_page', { pageId: below.id, title: `Renamed ${SECRET}`, icon: '🗝️' })
  const byRequest = { id: randomUUID(), driveId: drive.id, title: `By request ${SECRET}`, parentId: page.id }
  hidden.add(byRequest.id)
  expect(await events.request('create_page', byRequest)).toMatchObject({ ok: true })
  await ask(owner, 'POST', `/api/pages/${byRequest.id}/move`, { parentId: vault.id, afterId: page.id })
  const copyId = randomUUID()
  hidden.add(copyId)
  await ask(owner, 'POST', `/api/pages/${page.id}/duplicate`, { id: copyId })
  for (const { id } of (
    await ask<{ items: Page[] }>(owner, 'GET', `/api/drives/${drive.id}/pages?parentId=${copyId}`)
  ).items)
    hidden.add(id)
  await ask(owner, 'PATCH', `/api/pages/${below.id}`, { restricted: true })
  await ask(owner, 'PUT', `/api/pages/${below.id}/grants/${idOf(insider)}`, { role: 'commenter' })

  // What people do on them.
  await events.request('join_page', { pageId: page.id })
  await events.request('set_presence', { status: 'idle' })
  await events.request('start_typing', { pageId: page.id })
  const text = [{ type: 'text', text: `In the text: ${SECRET}` }]
  const content = { type: 'doc', content: [{ type: 'paragraph', content: text }] }
  await ask(insider, 'PUT', `/api/pages/${page.id}/content`, content)
  const said = await ask<Message>(insider, 'POST', `/api/pages/${page.id}/messages`, { body: SECRET })
  await ask(owner, 'POST', `/api/pages/${page.id}/messages`, { body: SECRET, parentId: said.id })
  for (const { person } of attackers) {
    const body = { body: SECRET, mentions: [idOf(person)] }
    await insider.request('POST', `/api/pages/${page.id}/messages`, body)
  }
  await ask(insider, 'PATCH', `/api/messages/${said.id}`, { body: `Again ${SECRET}` })
  await ask(insider, 'DELETE', `/api/messages/${said.id}`)
  const service = await createService(server.url, owner, drive.id, 'editor')
  const streamed = await service.ask('POST', `/api/pages/${page.id}/streams`, {
    id: randomUUID(),
    title: SECRET,
  })
  // A service account is a member like others: nobody has named it here.
  expect(streamed.status).toBe(404)
  await until(() => events.pending('drive_presence_updated').length > 0)

  // Out of sight and back: the trash, and the other drive, where it stays restricted.
  await ask(owner, 'DELETE', `/api/pages/${below.id}`)
  await Promise.all(attackers.map(askEverything))
  await ask(owner, 'POST', `/api/pages/${below.id}/restore`)
  for (const [pageId, parentId] of [
    [below.id, page.id],
    [vault.id, open.id],
  ] as const) {
    await ask(owner, 'POST', `/api/pages/${pageId}/move`, { parentId: null, driveId: target.id })
    await ask(owner, 'POST', `/api/pages/${pageId}/move`, { parentId })
  }
  await ask(owner, 'DELETE', `/api/pages/${vault.id}`)
  await ask(owner, 'POST', `/api/pages/${vault.id}/restore`)
  const gone = await newHidden('Gone')
  await ask(owner, 'DELETE', `/api/pages/${gone.id}`)

  // An open page that goes in is hidden from then on; what comes out is not, and does not say where from.
  const into = await newPage('Goes in')
  await ask(owner, 'POST', `/api/pages/${into.id}/move`, { parentId: vault.id })
  await ask(owner, 'PATCH', `/api/pages/${into.id}`, { title: `Inside ${SECRET}` })
  await settle()
  expect(findLeaks()).toEqual([])
  const out = await newHidden('Comes out')
  await ask(owner, 'PATCH', `/api/pages/${out.id}`, { title: 'Comes out' })
  await settle()
  expect(findLeaks()).toEqual([])
  hidden.delete(out.id)
  await ask(owner, 'POST', `/api/pages/${out.id}/move`, { parentId: open.id })

  // The parent of what is hidden is copied, and moved by those who do not see it.
  const [attacker] = attackers as [Attacker, ...Attacker[]]
  await ask(attacker.person, 'POST', `/api/pages/${open.id}/duplicate`, {})
  const place = await newPage('Place')
  await ask(attacker.person, 'POST', `/api/pages/${open.id}/move`, { parentId: place.id })
  const refused = await attacker.person.request('DELETE', `/api/pages/${place.id}`)
  expect(refused).toMatchObject({ status: 403, body: { code: 'subpages-not-editable' } })
  attacker.received.push({ from: 'DELETE', text: JSON.stringify(refused.body) })

  // All of it was heard by those who may: it was there to be heard.
  await until(() => events.pending('page_moved').length >= 5)
  expect(events.pending('message_created').length).toBeGreaterThan(0)
  const { items } = await ask<{ items: unknown[] }>(insider, 'GET', `/api/search?q=${SECRET}`)
  expect(items.length).toBeGreaterThan(0)
  await Promise.all(attackers.map(askEverything))
  await settle()
  expect(findLeaks()).toEqual([])
}, 120_000)
