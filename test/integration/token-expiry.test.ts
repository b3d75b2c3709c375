import jwt from 'jsonwebtoken'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { openDocument } from '../support/document-client.ts'
import { createPage, type Person, register } from '../support/people.ts'
import { authFrame, openRawSocket, TYPE } from '../support/raw-socket.ts'
import { openRealtime } from '../support/realtime-client.ts'
import { JWT_SECRET, startServer, type TestServer } from '../support/start-server.ts'

let server: TestServer
let ann: Person
let pageId: string

beforeAll(async () => {
  server = await startServer()
  ann = await register(server.url, 'Ann')
  pageId = (await createPage(ann)).id
})
afterAll(() => server.close())

/** Ann's token as it would be this long before its end. */
function shortLived(seconds: number): string {
  const { iat, exp, ...claims } = jwt.decode(ann.session.accessToken) as jwt.JwtPayload
  return jwt.sign(claims, JWT_SECRET, { expiresIn: seconds })
}

describe('A3 · an access token that expires takes its open connections with it', () => {
  test('a page', async () => {
    const client = openDocument(server.url, pageId, shortLived(2))
    await client.synced()
    expect(await client.ended()).toBe('token-expired')
    client.close()
  })

  test('a page whose token was renewed stays open', async () => {
    const raw = await openRawSocket(server.url)
    raw.authenticate(pageId, shortLived(2))
    await raw.next(TYPE.auth)
    raw.send(authFrame(pageId, ann.session.accessToken))
    const late = new Promise((resolve) => setTimeout(resolve, 2_500, 'open'))
    expect(await Promise.race([raw.closed, late])).toBe('open')
    raw.socket.close()
  })

  test('but not before: one that holds for two months is longer than a timer can be set to', async () => {
    const client = openDocument(server.url, pageId, shortLived(60 * 86_400))
    const closings: string[] = []
    client.provider.on('close', ({ event }: { event: { reason: string } }) => closings.push(event.reason))
    await client.synced()
    client.write('still here')
    await client.saved()
    client.write('and still')
    await client.saved()
    expect(closings).toEqual([])
    client.close()
  })

  test('a realtime connection', async () => {
    const client = await openRealtime(server.url, shortLived(2))
    const reason = await new Promise((resolve) => client.socket.once('disconnect', resolve))
    expect(reason).toBe('io server disconnect')
  })
})
