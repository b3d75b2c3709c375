import { randomUUID } from 'node:crypto'
import type { ServiceToken } from '../../shared/api/auth.ts'
import type { CreatedServiceAccount } from '../../shared/api/service-accounts.ts'
import type { StreamProgress } from '../../shared/api/streams.ts'
import type { ServiceRole } from '../../shared/roles.ts'
import { type Answer, type Person, request } from './people.ts'

/** A program with an API key; what it asks carries the key. */
export interface Service extends CreatedServiceAccount {
  ask<Body = StreamProgress>(method: string, path: string, body?: unknown): Promise<Answer<Body>>
  /** A token for documents and events. */
  token(): Promise<string>
  /** Starts a stream and answers its path. */
  startStream(pageId: string): Promise<{ id: string; path: string }>
}

/** Makes a service account in a drive that the person administers. */
export async function createService(
  url: string,
  admin: Person,
  driveId: string,
  role: ServiceRole = 'editor',
): Promise<Service> {
  const path = `/api/drives/${driveId}/service-accounts`
  const created = await admin.request<CreatedServiceAccount>('POST', path, { name: 'Assistant', role })
  if (created.status !== 201) throw new Error(`unexpected ${created.status}: ${JSON.stringify(created.body)}`)
  const account = created.body
  const ask: Service['ask'] = (method, path, body) =>
    request(url, method, path, { body, token: account.apiKey })
  return {
    ...account,
    ask,
    async token() {
      return (await ask<ServiceToken>('POST', '/api/auth/service-token')).body.accessToken
    },
    async startStream(pageId) {
      const id = randomUUID()
      const { status, body } = await ask('POST', `/api/pages/${pageId}/streams`, { id, title: 'An answer' })
      if (status !== 201) throw new Error(`unexpected ${status}: ${JSON.stringify(body)}`)
      return { id, path: `/api/streams/${id}` }
    },
  }
}
