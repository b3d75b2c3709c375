import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Drive } from '../../shared/api/drives.ts'
import type { PageWithRole } from '../../shared/api/pages.ts'
import { type SearchResult, searchResultSchema } from '../../shared/api/search.ts'
import { queryDatabase } from '../support/database.ts'
import {
  addMember,
  createShareLink,
  enterAsGuest,
  firstDrive,
  type Person,
  register,
  request,
} from '../support/people.ts'
import { createDatabase, startServer, type TestServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

let server: TestServer
let ann: Person
let vic: Person
let eve: Person
let drive: Drive

beforeAll(async () => {
  server = await startServer()
  ;[ann, vic, eve] = (await Promise.all(['Ann', 'Vic', 'Eve'].map((name) => register(server.url, name)))) as [
    Person,
    Person,
    Person,
  ]
  await addMember(ann, vic, 'viewer')
  drive = await firstDrive(ann)
})
afterAll(() => server.close())

async function newPage(title: string, text = '', parentId: string | null = null): Promise<PageWithRole> {
  const path = `/api/drives/${drive.id}/pages`
  const { body: page } = await ann.request<PageWithRole>('POST', path, { title, parentId })
  if (text !== '') await write(page.id, text)
  return page
}

async function write(pageId: string, text: string): Promise<void> {
  const { status } = await request(server.url, 'PUT', `/api/pages/${pageId}/content`, {
    ...{ token: ann.session.accessToken, body: text, headers: { 'content-type': 'text/markdown' } },
  })
  expect(status).toBeLessThan(300)
}

async function search(person: Person, q: string, more = ''): Promise<SearchResult> {
  const { body } = await person.request('GET', `/api/search?q=${encodeURIComponent(q)}${more}`)
  return searchResultSchema.strict().parse(body)
}

/** The titles of the pages where something was found, as soon as there are so many. */
const titlesFor = async (person: Person, q: string, count: number) =>
  until(
    async () => {
      const { items } = await search(person, q)
      return items.length === count ? items.map(({ page }) => page.title) : null
    },
    { timeoutMs: 30_000 },
  )

describe('finding', () => {
  test('titles before text before messages, each with the words that were looked for', async () => {
    const titled = await newPage('Zeppelin flights')
    const written = await newPage('Minutes', `${'Nothing here. '.repeat(30)}Every **zeppelin** needs a mast.`)
    const path = `/api/pages/${written.id}/messages`
    const { body: message } = await ann.request<{ id: string }>('POST', path, {
      body: 'Which zeppelin, <b>?',
    })
    expect(await titlesFor(vic, 'zeppelin', 3)).toEqual(['Zeppelin flights', 'Minutes', 'Minutes'])
    const { items } = await search(vic, 'ZEPP')
    expect(items.map(({ kind, page, messageId }) => [kind, page.id, messageId])).toEqual([
      ['title', titled.id, null],
      ['text', written.id, null],
      ['message', written.id, message.id],
    ])
    expect(items[0]?.snippet).toEqual([
      { text: 'Zeppelin', isHit: true },
      { text: ' flights', isHit: false },
    ])
    expect(items[1]?.snippet.map(({ text }) => text).join('').length).toBeLessThan(250)
    expect(items[1]?.snippet).toContainEqual({ text: 'zeppelin', isHit: true })
    expect(items[2]?.snippet.at(-1)).toEqual({ text: ', <b>?', isHit: false })
  })

  test('a page is found by its title as soon as it has it, without waiting for quiet', async () => {
    const page = await newPage('Marmalade')
    const found = async (q: string) => (await search(vic, q)).items.map(({ page: { title } }) => title)
    await expect.poll(() => found('marma'), { timeout: 1_500 }).toEqual(['Marmalade'])
    await ann.request('PATCH', `/api/pages/${page.id}`, { title: 'Chutney' })
    await expect.poll(() => found('chut'), { timeout: 1_500 }).toEqual(['Chutney'])
    expect(await found('marma')).toEqual([])
  })

  test('follows what is written, renamed and deleted', async () => {
    const page = await newPage('Kettles', 'They are called quokka')
    expect(await titlesFor(vic, 'quokka', 1)).toEqual(['Kettles'])
    await write(page.id, 'They are called wombat')
    expect(await titlesFor(vic, 'wombat', 1)).toEqual(['Kettles'])
    expect((await search(vic, 'quokka')).items).toEqual([])
    await ann.request('PATCH', `/api/pages/${page.id}`, { title: 'Pangolins' })
    expect(await titlesFor(vic, 'pangolins', 1)).toEqual(['Pangolins'])
    await ann.request('DELETE', `/api/pages/${page.id}`)
    expect((await search(vic, 'wombat')).items).toEqual([])
  })

  test('all the words, in any order, or their beginnings', async () => {
    await newPage('Fjord boats', 'Slow ferries to Tromsø')
    expect(await titlesFor(vic, 'tromsø ferr', 1)).toEqual(['Fjord boats'])
    expect((await search(vic, 'tromsø trains')).items).toEqual([])
  })

  test('words alike when nothing has the words themselves, and says so', async () => {
    await newPage('Xylophone', 'Concerning thermodynamics')
    await titlesFor(vic, 'thermodynamics', 1)
    expect(await search(vic, 'termodynamics')).toMatchObject({ corrected: true, items: [{ kind: 'text' }] })
    expect(await search(vic, 'xylofone')).toMatchObject({ corrected: true, items: [{ kind: 'title' }] })
    expect(await search(vic, 'thermodynamics')).toMatchObject({ corrected: false })
  })

  test.each([
    "'",
    '&|!():*<->',
    "a'); DROP TABLE pages; --",
    '%',
    '\\',
    '(?<',
    "don't",
    '漢字',
    '🙂',
    'x'.repeat(200),
  ])('A5 · %s is only text', async (q) => {
    const { status } = await ann.request('GET', `/api/search?q=${encodeURIComponent(q)}`)
    expect(status).toBe(200)
  })

  test.each(['', '?q=', '?q=%20', `?q=${'x'.repeat(201)}`, '?q=a&driveId=1'])(
    'A5 · %s is refused',
    async (query) => {
      expect((await ann.request('GET', `/api/search${query}`)).status).toBe(400)
    },
  )
})

describe('A1 · nobody finds what is not theirs to see', () => {
  test('strangers nothing, guests what their link leads to, members of a drive what is in it', async () => {
    const shared = await newPage('Narwhal shared')
    await newPage('Narwhal below', '', shared.id)
    await newPage('Narwhal beside')
    const link = await createShareLink(ann, shared.id, 'viewer')
    const gus = await enterAsGuest(server.url, link.token, 'Gus')
    expect((await titlesFor(vic, 'narwhal', 3)).sort()).toEqual([
      ...['Narwhal below', 'Narwhal beside', 'Narwhal shared'],
    ])
    expect((await titlesFor(gus, 'narwhal', 2)).sort()).toEqual(['Narwhal below', 'Narwhal shared'])
    expect((await search(eve, 'narwhal')).items).toEqual([])
    await ann.request('DELETE', `/api/pages/${shared.id}/share-links/${link.id}`)
    expect((await search(gus, 'narwhal')).items).toEqual([])
  })

  test('in one drive, if it is one’s own', async () => {
    await newPage('Axolotl')
    await titlesFor(vic, 'axolotl', 1)
    const { items: drives } = (await vic.request<{ items: Drive[] }>('GET', '/api/drives')).body
    const vicsOwn = drives.find(({ role }) => role === 'owner')
    expect((await search(vic, 'axolotl', `&driveId=${drive.id}`)).items).toHaveLength(1)
    expect((await search(vic, 'axolotl', `&driveId=${vicsOwn?.id}`)).items).toEqual([])
    expect((await search(eve, 'axolotl', `&driveId=${drive.id}`)).items).toEqual([])
  })
})

test('without pg_trgm everything but mistyped words is found', async () => {
  const databaseUrl = await createDatabase()
  const first = await startServer({ databaseUrl })
  await first.close()
  await queryDatabase(databaseUrl, 'DROP EXTENSION pg_trgm CASCADE')
  const without = await startServer({ databaseUrl })
  const bob = await register(without.url, 'Bob')
  const find = async (q: string) =>
    (await bob.request<SearchResult>('GET', `/api/search?q=${q}`)).body.items.length
  await until(() => find('welcome'))
  expect(await find('wellcome')).toBe(0)
  await without.close()
})
