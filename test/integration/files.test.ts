import { randomUUID } from 'node:crypto'
import { createServer as createHttpServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { pino } from 'pino'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { connectDatabase } from '../../server/database/connect.ts'
import { createFileOperations } from '../../server/workspace/files/files.ts'
import { createS3Storage } from '../../server/workspace/files/s3-storage.ts'
import type { PageFile } from '../../shared/api/files.ts'
import { queryDatabase } from '../support/database.ts'
import { addMember, createPage, firstDrive, type Person, register } from '../support/people.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

let server: TestServer
let ann: Person

beforeAll(async () => {
  server = await startServer({ fileLimits: { perFile: 1000, perPage: 2000 } })
  ann = await register(server.url, 'Ann')
})
afterAll(() => server.close())

/** What begins as a GIF does, so many bytes long. */
const image = (length = 40) =>
  Buffer.concat([Buffer.from('GIF89a\u0001\u0000\u0001\u0000'), Buffer.alloc(length - 10)])

async function upload(person: Person, pageId: string, body: Buffer, at = server) {
  const response = await fetch(`${at.url}/api/pages/${pageId}/files`, {
    method: 'POST',
    headers: {
      authorization: `Bearer ${person.session.accessToken}`,
      'content-type': 'application/octet-stream',
    },
    body: new Uint8Array(body),
  })
  return { status: response.status, body: (await response.json()) as PageFile & { code?: string } }
}

const read = (person: Person, fileId: string, headers: Record<string, string> = {}, at = server) =>
  fetch(`${at.url}/api/files/${fileId}`, {
    headers: { authorization: `Bearer ${person.session.accessToken}`, ...headers },
  })

test('A1 · an image is for those who may view its page, byte by byte, and harmless', async () => {
  const page = await createPage(ann)
  const [viewer, outsider] = [await register(server.url, 'Vic'), await register(server.url, 'Out')]
  await addMember(ann, viewer, 'viewer')
  const sent = image(200)
  const { status, body: file } = await upload(ann, page.id, sent)
  expect([status, file]).toEqual([201, { id: file.id, type: 'image/gif', size: 200 }])

  const answer = await read(viewer, file.id)
  expect(Buffer.from(await answer.arrayBuffer())).toEqual(sent)
  expect(Object.fromEntries(answer.headers)).toMatchObject({
    'content-type': 'image/gif',
    'x-content-type-options': 'nosniff',
    'content-security-policy': "default-src 'none'; sandbox",
    'cache-control': 'private, no-cache',
  })
  const etag = answer.headers.get('etag') ?? ''
  expect((await read(viewer, file.id, { 'if-none-match': etag })).status).toBe(304)
  const refused = await read(outsider, file.id, { 'if-none-match': etag })
  const nowhere = await read(outsider, randomUUID())
  expect([refused.status, await refused.json()]).toEqual([404, await nowhere.json()])
  expect((await upload(viewer, page.id, sent)).body.code).toBe('forbidden')
  expect((await upload(outsider, page.id, sent)).body.code).toBe('not-found')
})

test('A1 · who loses the page loses its images', async () => {
  const page = await createPage(ann)
  const viewer = await register(server.url, 'Was')
  await addMember(ann, viewer, 'viewer')
  const { body: file } = await upload(ann, page.id, image())
  expect((await read(viewer, file.id)).status).toBe(200)
  await ann.request('DELETE', `/api/drives/${page.driveId}/members/${viewer.session.user.id}`)
  expect((await read(viewer, file.id)).status).toBe(404)
})

test('A5 · what is no image by its content, or too much, is refused', async () => {
  const page = await createPage(ann)
  const svg = Buffer.from('<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>')
  for (const content of [
    svg,
    Buffer.from('<!doctype html><p>x'),
    Buffer.from('GIF is how it begins'.slice(4)),
  ])
    expect((await upload(ann, page.id, content)).body.code).toBe('unsupported-media-type')
  expect((await upload(ann, page.id, image(1001))).body.code).toBe('payload-too-large')
  const answers = await Promise.all([900, 900, 900].map((size) => upload(ann, page.id, image(size))))
  expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 422])
  expect((await upload(ann, page.id, image(900))).body.code).toBe('limit-reached')
})

test('a copy of a page shows its images also to those who may not view the page', async () => {
  const page = await createPage(ann)
  const { body: file } = await upload(ann, page.id, image())
  const { body: copy } = await ann.request<{ id: string }>('POST', `/api/pages/${page.id}/duplicate`, {})
  await ann.request('DELETE', `/api/pages/${page.id}`)
  expect((await read(ann, file.id)).status).toBe(200)
  await ann.request('DELETE', `/api/pages/${copy.id}`)
  expect((await read(ann, file.id)).status).toBe(404)
})

test('A1 · D6 · an image that is put on another page belongs to it as well, if whoever puts it there sees it', async () => {
  const [bob, cleo] = [await register(server.url, 'Bob'), await register(server.url, 'Cleo')]
  const { id: driveId } = await firstDrive(bob)
  await bob.request('POST', `/api/drives/${driveId}/members`, { email: ann.email, role: 'editor' })
  await bob.request('POST', `/api/drives/${driveId}/members`, { email: cleo.email, role: 'editor' })
  const first = await createPage(ann)
  const { body: file } = await upload(ann, first.id, image())
  const { id: second } = await createPage(bob)
  const put = (person: Person, fileId: string) =>
    person.request('PATCH', `/api/pages/${second}/content?place=end`, {
      type: 'doc',
      content: [{ type: 'image', attrs: { fileId } }],
    })

  // Who knows the id and no more gives nobody the image.
  expect((await put(cleo, file.id)).status).toBe(200)
  expect([(await read(bob, file.id)).status, (await read(cleo, file.id)).status]).toEqual([404, 404])
  expect((await put(ann, file.id)).status).toBe(200)
  expect([(await read(bob, file.id)).status, (await read(cleo, file.id)).status]).toEqual([200, 200])
  // Ids of nothing, and of other things, are in nobody's way.
  expect((await put(ann, randomUUID())).status).toBe(200)
  expect((await put(ann, second)).status).toBe(200)

  await ann.request('DELETE', `/api/pages/${first.id}`)
  await ann.request('DELETE', `/api/pages/${first.id}?permanent=true`)
  expect((await read(bob, file.id)).status).toBe(200)
  await bob.request('DELETE', `/api/pages/${second}`)
  expect((await read(bob, file.id)).status).toBe(404)
})

test('an image that many pages have is shared by who sees one of them; who uploaded it needs none', async () => {
  const [bob, out] = [await register(server.url, 'Bob'), await register(server.url, 'Out')]
  const put = (person: Person, pageId: string, fileId: string) =>
    person.request('PATCH', `/api/pages/${pageId}/content?place=end`, {
      type: 'doc',
      content: [{ type: 'image', attrs: { fileId } }],
    })
  const { id: driveId } = await firstDrive(bob)
  await bob.request('POST', `/api/drives/${driveId}/members`, { email: ann.email, role: 'editor' })
  // Bob sees the oldest of its pages alone: in his own drive, put there by Ann.
  const first = await createPage(ann)
  const { body: file } = await upload(ann, first.id, image())
  const { id: shown } = await createPage(bob)
  await put(ann, shown, file.id)
  for (let copies = 0; copies < 12; copies++)
    await ann.request('POST', `/api/pages/${first.id}/duplicate`, {})
  const { id: other } = await createPage(bob)
  await put(bob, other, file.id)
  await bob.request('DELETE', `/api/pages/${shown}`)
  expect((await read(bob, file.id)).status).toBe(200)
  expect((await read(out, file.id)).status).toBe(404)

  // Cut, its page deleted, and only then put elsewhere.
  const left = await createPage(ann)
  const { body: cut } = await upload(ann, left.id, image())
  await ann.request('DELETE', `/api/pages/${left.id}`)
  await put(ann, other, cut.id)
  expect((await read(bob, cut.id)).status).toBe(200)
})

/** A service that keeps what it is sent, and turns away what is not signed. */
async function startBucket() {
  const kept = new Map<string, { type: string | undefined; bytes: Buffer }>()
  const http = createHttpServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk: Buffer) => chunks.push(chunk))
    request.on('end', () => {
      const key = request.url ?? ''
      const signed =
        /^AWS4-HMAC-SHA256 Credential=key\/\d{8}\/eu-1\/s3\/aws4_request, SignedHeaders=.+, Signature=[0-9a-f]{64}$/
      const found = kept.get(key)
      const status = !signed.test(request.headers.authorization ?? '')
        ? 403
        : request.method === 'GET' && !found
          ? 404
          : 200
      if (status === 200 && request.method === 'PUT')
        kept.set(key, { type: request.headers['content-type'], bytes: Buffer.concat(chunks) })
      if (status === 200 && request.method === 'DELETE') kept.delete(key)
      response.writeHead(status).end(status === 200 && request.method === 'GET' ? found?.bytes : '')
    })
  })
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve))
  const { port } = http.address() as AddressInfo
  return {
    kept,
    settings: {
      ...{ endpoint: `http://127.0.0.1:${port}`, bucket: 'pages', region: 'eu-1' },
      ...{ accessKeyId: 'key', secretAccessKey: 'secret' },
    },
    close: () => new Promise((resolve) => http.close(resolve)),
  }
}

test('images can be kept in a bucket, and go from there when nothing has them any more', async () => {
  const bucket = await startBucket()
  const other = await startServer({ s3: bucket.settings })
  const bob = await register(other.url, 'Bob')
  const page = await createPage(bob)
  const { body: file } = await upload(bob, page.id, image(60), other)
  expect([...bucket.kept]).toEqual([[`/pages/${file.id}`, { type: 'image/gif', bytes: image(60) }]])
  expect(Buffer.from(await (await read(bob, file.id, {}, other)).arrayBuffer())).toEqual(image(60))

  const storage = createS3Storage(bucket.settings)
  await storage.remove(file.id)
  expect(await storage.read(file.id)).toBeNull()
  expect((await read(bob, file.id, {}, other)).status).toBe(404)
  await expect(createS3Storage({ ...bucket.settings, region: 'else' }).read(file.id)).rejects.toThrow('403')
  await other.close()
  await bucket.close()
})

test('D6 · files that no page has are swept away, those of pages and new ones are not', async () => {
  const page = await createPage(ann)
  const [used, orphan, fresh] = [randomUUID(), randomUUID(), randomUUID()]
  const stored = new Map<string, Buffer>([used, orphan, fresh].map((id) => [id, image()]))
  for (const [id, age] of [
    [used, '2 hours'],
    [orphan, '2 hours'],
    [fresh, '1 minute'],
  ])
    await queryDatabase(
      server.databaseUrl,
      "INSERT INTO files VALUES ($1, 'image/gif', 40, '\\x00', $2, now() - $3::interval)",
      [id, ann.session.user.id, age],
    )
  await queryDatabase(server.databaseUrl, 'INSERT INTO page_files VALUES ($1, $2)', [page.id, used])
  const database = await connectDatabase(server.databaseUrl, pino({ level: 'silent' }))
  const files = createFileOperations({
    db: database.db,
    limits: { perFile: 1, perPage: 1 },
    storage: {
      write: () => Promise.reject(new Error('nothing is written')),
      read: async (id) => stored.get(id) ?? null,
      remove: async (id) => void stored.delete(id),
    },
  })
  expect(await files.sweep()).toBe(1)
  expect([...stored.keys()]).toEqual([used, fresh])
  expect(await files.sweep()).toBe(0)
  await database.close()
})
