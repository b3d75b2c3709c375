import { randomUUID } from 'node:crypto'
import type { Session } from '../../shared/api/auth.ts'
import type { Drive } from '../../shared/api/drives.ts'
import type { CreatedShareLink, PageList, PageWithRole } from '../../shared/api/pages.ts'
import type { LinkRole, MemberRole } from '../../shared/roles.ts'

/** What a request was answered with. */
export interface Answer<Body = unknown> {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

/** Somebody at a server: signed in, with requests made in their name. */
export interface Person {
  readonly session: Session
  readonly email: string
  readonly password: string
  /** The refresh cookie as the server set it, `name=value`. */
  readonly cookie: string
  request<Body = unknown>(
    method: string,
    path: string,
    body?: unknown,
    headers?: Record<string, string>,
  ): Promise<Answer<Body>>
}

/** Sends a request; the body is parsed if it is JSON. */
export async function request<Body = unknown>(
  url: string,
  method: string,
  path: string,
  { body, token, headers }: { body?: unknown; token?: string; headers?: Record<string, string> } = {},
): Promise<Answer<Body>> {
  const response = await fetch(url + path, {
    method,
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
      ...headers,
    },
    ...(body === undefined ? {} : { body: typeof body === 'string' ? body : JSON.stringify(body) }),
  })
  const text = await response.text()
  const isJson = response.headers.get('content-type')?.includes('json') ?? false
  return {
    status: response.status,
    headers: response.headers,
    body: (isJson ? JSON.parse(text) : text) as Body,
  }
}

/** The same, for answers that the test relies on but is not about: anything but 2xx ends it. */
async function demand<Body>(answer: Promise<Answer<Body>>): Promise<Body> {
  const { status, body } = await answer
  if (status >= 300) throw new Error(`unexpected ${status}: ${JSON.stringify(body)}`)
  return body
}

/** Creates an account with an e-mail address that nobody had before. */
export async function register(url: string, name: string): Promise<Person> {
  const email = `${name.toLowerCase().replaceAll(/\W+/g, '.')}.${randomUUID().slice(0, 8)}@example.com`
  const password = `password of ${name}`
  const answer = await request<Session>(url, 'POST', '/api/auth/register', {
    body: { email, password, name },
  })
  return toPerson(url, answer, email, password)
}

/** Comes in through a share link. */
export async function enterAsGuest(url: string, shareToken: string, name: string): Promise<Person> {
  const answer = await request<Session>(url, 'POST', '/api/auth/guest', { body: { shareToken, name } })
  return toPerson(url, answer, '', '')
}

function toPerson(url: string, answer: Answer<Session>, email: string, password: string): Person {
  if (answer.status >= 300) throw new Error(`unexpected ${answer.status}: ${JSON.stringify(answer.body)}`)
  const session = answer.body
  return {
    session,
    email,
    password,
    cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '',
    request: (method, path, body, headers = {}) =>
      request(url, method, path, { body, headers, token: session.accessToken }),
  }
}

/** The person's first drive. */
export async function firstDrive(person: Person): Promise<Drive> {
  const { items } = await demand(person.request<{ items: Drive[] }>('GET', '/api/drives'))
  return items[0] as Drive
}

/** A new empty page in the person's first drive. */
export async function createPage(person: Person, title = 'A page'): Promise<PageWithRole> {
  const drive = await firstDrive(person)
  return demand(person.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, { title }))
}

export async function listPages(person: Person, driveId: string): Promise<PageList> {
  return demand(person.request<PageList>('GET', `/api/drives/${driveId}/pages`))
}

/** Makes `member` a member of the first drive of `owner`. */
export async function addMember(owner: Person, member: Person, role: MemberRole): Promise<void> {
  const drive = await firstDrive(owner)
  await demand(owner.request('POST', `/api/drives/${drive.id}/members`, { email: member.email, role }))
}

export async function createShareLink(
  owner: Person,
  pageId: string,
  role: LinkRole,
): Promise<CreatedShareLink> {
  return demand(owner.request<CreatedShareLink>('POST', `/api/pages/${pageId}/share-links`, { role }))
}

/** Puts a text in the place of the page's. */
export async function writeContent(
  person: Person,
  pageId: string,
  type: 'html' | 'markdown',
  content: string,
): Promise<void> {
  const headers = { 'content-type': `text/${type}` }
  await demand(person.request('PUT', `/api/pages/${pageId}/content`, content, headers))
}

/** The page's text as the server reads it afresh from its log. */
export async function readText(person: Person, pageId: string): Promise<string> {
  return demand(person.request<string>('GET', `/api/pages/${pageId}/content?format=text`))
}

/** The page in Markdown, as the server reads it afresh from its log. */
export async function readMarkdown(person: Person, pageId: string): Promise<string> {
  return demand(person.request<string>('GET', `/api/pages/${pageId}/content?format=markdown`))
}
