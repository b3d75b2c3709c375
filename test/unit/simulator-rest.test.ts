import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { afterEach, expect, it } from 'vitest'
import { z } from 'zod'
import { createRest, describeUnreachable } from '../simulator/rest.ts'

/** What is answered, one after the other. */
let answers: { readonly status: number; readonly body: object }[] = []
const server = createServer((_request, response) => {
  const { status, body } = answers.shift() ?? { status: 404, body: {} }
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
})
afterEach(() => server.close())

it('asks a server again that is busy for the moment, and takes no for an answer', async () => {
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  const rest = createRest({ baseUrl: new URL(`http://127.0.0.1:${port}`), onRateLimited: () => undefined })
  const request = { method: 'POST', path: '/api/drives', body: {} } as const
  answers = [
    { status: 503, body: {} },
    { status: 201, body: { id: 'one' } },
  ]
  await expect(rest.json(request, z.object({ id: z.string() }))).resolves.toMatchObject({
    value: { id: 'one' },
  })
  await expect(rest.json(request, z.object({}))).rejects.toThrow(/was refused with 404/)
})

it('says what to do about a certificate that Node does not trust', () => {
  const cause = Object.assign(new Error('self-signed certificate in certificate chain'), {
    code: 'SELF_SIGNED_CERT_IN_CHAIN',
  })
  const say = (reason: Error) =>
    describeUnreachable(
      new URL('https://pages.example.com'),
      new TypeError('fetch failed', { cause: reason }),
    )
  expect(say(cause)).toContain('NODE_EXTRA_CA_CERTS=')
  expect(say(new Error('connect ECONNREFUSED'))).toContain('--target')
})
