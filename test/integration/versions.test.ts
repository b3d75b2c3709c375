import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type * as Y from 'yjs'
import type { Version, VersionDiff, VersionList } from '../../shared/api/versions.ts'
import { openDocument } from '../support/document-client.ts'
import {
  addMember,
  createPage,
  createShareLink,
  enterAsGuest,
  type Person,
  readText,
  register,
  request,
} from '../support/people.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

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

const open = (person: Person, pageId: string, options?: { doc: Y.Doc }) =>
  openDocument(server.url, pageId, person.session.accessToken, options)

async function write(person: Person, pageId: string, ...lines: string[]): Promise<void> {
  const client = open(person, pageId)
  await client.synced()
  for (const line of lines) client.write(line)
  await client.saved()
  client.close()
}

async function name(pageId: string, versionName: string): Promise<Version> {
  const path = `/api/pages/${pageId}/versions`
  const { status, body } = await ann.request<Version>('POST', path, { name: versionName })
  expect(status).toBe(201)
  return body
}

const list = async (pageId: string, query = '') =>
  (await ann.request<VersionList>('GET', `/api/pages/${pageId}/versions${query}`)).body
const restore = (person: Person, version: Version, headers: Record<string, string> = {}) =>
  request(server.url, 'POST', `/api/pages/${version.pageId}/versions/${version.id}/restore`, {
    token: person.session.accessToken,
    headers,
  })
const put = (pageId: string, body: string) =>
  request(server.url, 'PUT', `/api/pages/${pageId}/content`, {
    token: ann.session.accessToken,
    headers: { 'content-type': 'text/markdown' },
    body,
  })

describe('Versions', () => {
  test('C3 · are kept by name, with who wrote, and read in each format', async () => {
    const page = await createPage(ann)
    await write(ann, page.id, 'by Ann')
    const first = await name(page.id, 'first')
    await write(bob, page.id, 'by Bob')
    const second = await name(page.id, ' second ')
    expect(first).toMatchObject({
      ...{ kind: 'named', name: 'first', seq: 1 },
      createdBy: { id: ann.session.user.id, name: 'Ann' },
      contributors: [{ name: 'Ann' }],
    })
    expect(second).toMatchObject({ name: 'second', seq: 2, contributors: [{ name: 'Bob' }] })
    expect((await list(page.id)).items.map((version) => version.id)).toEqual([second.id, first.id])
    const read = (format: string) =>
      ann.request('GET', `/api/pages/${page.id}/versions/${first.id}/content?format=${format}`)
    expect((await read('text')).body).toBe('by Ann')
    expect((await read('html')).body).toBe('<p>by Ann</p>')
    expect((await read('markdown')).body).toBe('by Ann\n')
    expect((await read('json')).headers.get('etag')).toBe('"1"')
  })

  test('E2 · sending one twice keeps it once; an id of another page is taken', async () => {
    const [page, other] = [await createPage(ann), await createPage(ann)]
    const body = { id: randomUUID(), name: 'once' }
    for (let times = 0; times < 2; times++)
      expect((await ann.request('POST', `/api/pages/${page.id}/versions`, body)).status).toBe(201)
    expect((await list(page.id)).items).toHaveLength(1)
    const taken = await ann.request('POST', `/api/pages/${other.id}/versions`, body)
    expect(taken).toMatchObject({ status: 409, body: { code: 'id-taken' } })
    expect((await ann.request('POST', `/api/pages/${page.id}/versions`, { name: ' ' })).status).toBe(400)
  })

  test('C3 · a list goes on where its cursor says', async () => {
    const page = await createPage(ann)
    const names = ['a', 'b', 'c', 'd', 'e']
    for (const each of names) await name(page.id, each)
    const seen: (string | null)[] = []
    let cursor: string | undefined
    do {
      const { items, nextCursor } = await list(page.id, `?limit=2${cursor ? `&cursor=${cursor}` : ''}`)
      seen.push(...items.map((version) => version.name))
      cursor = nextCursor
    } while (cursor !== undefined)
    expect(seen).toEqual(names.reverse())
  })

  test('C3 · are compared block by block', async () => {
    const page = await createPage(ann)
    await put(page.id, 'one\n\ntwo\n\nthree')
    const before = await name(page.id, 'before')
    await put(page.id, 'one\n\n2\n\nthree\n\nfour')
    const after = await name(page.id, 'after')
    const path = `/api/pages/${page.id}/versions/${before.id}/diff`
    for (const against of ['current', after.id]) {
      const { body } = await ann.request<VersionDiff>('GET', `${path}?against=${against}`)
      const steps = body.blocks.map(({ change, block }) => `${change} ${JSON.stringify(block['content'])}`)
      expect(body).toMatchObject({ from: before.seq, to: after.seq })
      expect(steps.map((step) => step.replace(/ .*"text":"(\w+)".*/, ' $1'))).toEqual([
        ...['same one', 'removed two', 'added 2', 'same three', 'added four'],
      ])
    }
    expect((await ann.request('GET', `${path}?against=${randomUUID()}`)).status).toBe(404)
  })

  test('C3 · what an overwrite or a restore buries is kept first', async () => {
    const page = await createPage(ann)
    await write(ann, page.id, 'original')
    await put(page.id, 'overwritten')
    const [overwritten] = (await list(page.id)).items
    expect(overwritten).toMatchObject({ kind: 'before-overwrite', seq: 1, createdBy: null })
    expect((await restore(ann, overwritten as Version)).status).toBe(200)
    expect(await readText(ann, page.id)).toBe('original')
    expect((await list(page.id)).items.map(({ kind }) => kind)).toEqual([
      'before-restore',
      'before-overwrite',
    ])
    await put(page.id, 'original')
    expect((await list(page.id)).items).toHaveLength(2)
  })
})

describe('Restoring', () => {
  test('C3 · is a new edit that merges with what others are typing', async () => {
    const page = await createPage(ann)
    await write(ann, page.id, 'keep me', 'change me')
    const version = await name(page.id, 'good')
    const typist = open(bob, page.id)
    await typist.synced()
    const fragment = typist.doc.getXmlFragment('default')
    const textOf = (index: number) => (fragment.get(index) as Y.XmlElement).get(0) as Y.XmlText
    textOf(1).insert(9, ' badly')
    await typist.saved()
    const typing = (async () => {
      for (let index = 0; index < 30; index++) {
        typist.write(`line ${index}`)
        await typist.saved()
      }
    })()
    const { status, body } = await restore(ann, version)
    expect({ status, body }).toMatchObject({ status: 200, body: { changed: true } })
    await typing
    await typist.until(() => typist.paragraphs()[1] === 'change me')
    expect(typist.paragraphs()[0]).toBe('keep me')
    // Lines typed behind the restored state are there, those in front of it are undone: none twice.
    const lines = typist.paragraphs().slice(2)
    expect(lines.at(-1)).toBe('line 29')
    expect(new Set(lines).size).toBe(lines.length)
    expect(await readText(ann, page.id)).toBe(typist.paragraphs().join('\n'))
    typist.close()
  })

  test('C3 · is not undone by a client that was offline through it, whose own words are kept', async () => {
    const page = await createPage(ann)
    await write(ann, page.id, 'good')
    const version = await name(page.id, 'good')
    await write(ann, page.id, 'bad')
    const away = open(bob, page.id)
    await away.synced()
    away.close()
    away.write('written away')
    await restore(ann, version)
    expect(await readText(ann, page.id)).toBe('good')
    const back = open(bob, page.id, { doc: away.doc })
    await back.synced()
    await back.saved()
    await back.until(() => back.paragraphs().length === 2)
    expect(back.paragraphs()).toEqual(['good', 'written away'])
    expect(await readText(ann, page.id)).toBe('good\nwritten away')
    back.close()
  })

  test('C3 · 412 when the page has moved on', async () => {
    const page = await createPage(ann)
    await write(ann, page.id, 'one')
    const version = await name(page.id, 'one')
    await write(ann, page.id, 'two')
    const outdated = await restore(ann, version, { 'if-match': '"1"' })
    expect(outdated).toMatchObject({ status: 412, body: { seq: 2 } })
    expect((await restore(ann, version, { 'if-match': '"2"' })).status).toBe(200)
  })
})

describe('Access to versions', () => {
  test('A1 · A2 · viewers read, editors keep and restore, strangers do neither', async () => {
    const page = await createPage(ann)
    await write(ann, page.id, 'text')
    const version = await name(page.id, 'one')
    const path = `/api/pages/${page.id}/versions`
    const reads = [path, `${path}/${version.id}/content`, `${path}/${version.id}/diff`]
    const writes: [string, object?][] = [[path, { name: 'x' }], [`${path}/${version.id}/restore`]]
    const expectStatus = async (person: Person | null, toRead: number, toWrite: number | null) => {
      const ask = (method: string, route: string, body?: object) =>
        person === null ? request(server.url, method, route, { body }) : person.request(method, route, body)
      for (const route of reads) expect((await ask('GET', route)).status).toBe(toRead)
      for (const [route, body] of writes) {
        const { status } = await ask('POST', route, body)
        if (toWrite === null) expect([200, 201]).toContain(status)
        else expect(status).toBe(toWrite)
      }
    }
    for (const role of ['viewer', 'commenter', 'editor'] as const) {
      const person = await register(server.url, role)
      await addMember(ann, person, role)
      const guest = await enterAsGuest(server.url, (await createShareLink(ann, page.id, role)).token, 'Guest')
      for (const someone of [person, guest]) await expectStatus(someone, 200, role === 'editor' ? null : 403)
    }
    await expectStatus(await register(server.url, 'Stranger'), 404, 404)
    await expectStatus(null, 401, 401)
    const other = await createPage(ann)
    const foreign = `/api/pages/${other.id}/versions/${version.id}`
    expect((await ann.request('GET', `${foreign}/content`)).status).toBe(404)
    expect((await ann.request('POST', `${foreign}/restore`)).status).toBe(404)
    await ann.request('DELETE', `/api/pages/${page.id}`)
    await expectStatus(ann, 404, 404)
  })
})
