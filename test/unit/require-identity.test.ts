import { fastify } from 'fastify'
import { expect, test } from 'vitest'
import type { Authenticate } from '../../server/auth/authenticate.ts'
import type { Narrowing } from '../../server/auth/narrowing.ts'
import { handleError } from '../../server/http/problems.ts'
import { requireIdentity } from '../../server/http/require-identity.ts'

/** The statuses that a token with these bounds is answered with, route by route. */
async function statusesWith(narrowing: Narrowing | undefined): Promise<Record<string, number>> {
  const app = fastify()
  app.setErrorHandler(handleError)
  const authenticate: Authenticate = async () => ({
    kind: 'authenticated',
    identity: {
      ...{ userId: 'u', kind: 'user', name: 'Ann', email: null, sessionId: 's' },
      ...(narrowing === undefined ? {} : { narrowing }),
    },
    tokenExpiresAt: new Date(),
  })
  const unlimited = async () => undefined
  requireIdentity(app, authenticate, { ofUser: unlimited, ofStranger: unlimited })
  const routes = [
    ...['GET /api/me', 'GET /api/drives', 'GET /api/me/anything', 'DELETE /api/me', 'POST /api/drives'],
    ...['GET /api/pages/:pageId', 'DELETE /api/pages/:pageId', 'PATCH /api/drives/:driveId'],
  ]
  const statuses: Record<string, number> = {}
  for (const route of routes) {
    const [method = '', url = ''] = route.split(' ')
    app.route({ method, url, handler: async () => 'in' })
  }
  for (const route of routes) {
    const [method = '', url = ''] = route.split(' ')
    const answer = await app.inject({ method: method as 'GET', url, headers: { authorization: 'Bearer x' } })
    statuses[route] = answer.statusCode
  }
  await app.close()
  return statuses
}

const ALL = {
  ...{ 'GET /api/me': 200, 'GET /api/drives': 200, 'GET /api/me/anything': 200 },
  ...{ 'DELETE /api/me': 200, 'POST /api/drives': 200 },
  ...{ 'GET /api/pages/:pageId': 200, 'DELETE /api/pages/:pageId': 200, 'PATCH /api/drives/:driveId': 200 },
}

test.each<[string, Narrowing | undefined, object]>([
  ['a whole token: everything', undefined, ALL],
  [
    'one narrowed to a role: not the account',
    { role: 'owner' },
    { ...ALL, 'DELETE /api/me': 403, 'POST /api/drives': 403 },
  ],
  [
    'one narrowed to pages: of the account, what is bounded by them',
    { pages: [] },
    { ...ALL, 'DELETE /api/me': 403, 'POST /api/drives': 403, 'GET /api/me/anything': 403 },
  ],
])('A1 · routes that are open to %s', async (_what, narrowing, statuses) => {
  expect(await statusesWith(narrowing)).toEqual(statuses)
})
