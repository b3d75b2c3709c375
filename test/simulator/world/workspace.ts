import { randomBytes, randomUUID } from 'node:crypto'
import type { z } from 'zod'
import { userSchema } from '../../../shared/api/auth.ts'
import { driveSchema, memberSchema } from '../../../shared/api/drives.ts'
import { createdShareLinkSchema, pageWithRoleSchema } from '../../../shared/api/pages.ts'
import { findMarks } from '../marks.ts'
import type { ClientRole, PageIndex } from '../record.ts'
import type { Rest } from '../rest.ts'
import { accountOfToken, signIn } from './account.ts'
import type { Account, ContentReading, Workspace } from './server-under-test.ts'

/** How the owner of the pages comes in. */
export type OwnerSignIn =
  | { readonly kind: 'register' }
  | { readonly kind: 'login'; readonly email: string; readonly password: string }
  | { readonly kind: 'token'; readonly token: string }

export interface WorkspaceDeps {
  readonly rest: Rest
  readonly owner: OwnerSignIn
  readonly titles: readonly string[]
  /**
   * A deployment counts sign-ins: then this many accounts are all that clients get, several clients each.
   * Null for an account for every client.
   */
  readonly maxAccounts: number | null
}

/** Makes a drive with pages over REST, and accounts that may write or read there. */
export async function createWorkspace(deps: WorkspaceDeps): Promise<Workspace> {
  const { rest, titles, maxAccounts } = deps
  const accounts: Account[] = []
  const keep = (account: Account) => {
    accounts.push(account)
    return account
  }
  const owner = keep(await signInOwner(rest, deps.owner))
  const ask = <T>(path: string, body: unknown, schema: z.ZodType<T>) =>
    rest.json({ method: 'POST', path, accessToken: owner.accessToken(), body }, schema)
  const drive = (await ask('/api/drives', { name: 'Simulation' }, driveSchema)).value
  const createPage = async (title: string, parentId: string | null) =>
    (await ask(`/api/drives/${drive.id}/pages`, { title, parentId }, pageWithRoleSchema)).value.id
  // A guest's link leads to one page and what is below it.
  const rootId = deps.owner.kind === 'register' ? null : await createPage('Simulation', null)
  const pageIds: string[] = []
  for (const title of titles) pageIds.push(await createPage(title, rootId))
  /** By role and page, what clients share, and how many have been given one of them. */
  const pools = new Map<string, { readonly accounts: Promise<Account>[]; given: number }>()

  async function register(name: string): Promise<{ account: Account; email: string }> {
    const email = `simulated-${randomUUID()}@example.com`
    const password = randomBytes(24).toString('base64url')
    const body = { email, password, name }
    return { account: keep(await signIn({ rest, signIn: { path: '/api/auth/register', body } })), email }
  }

  async function createMember(name: string, role: ClientRole): Promise<Account> {
    // Where registering may be closed, clients are guests.
    if (rootId !== null) return createGuest(rootId, name, role)
    const { account, email } = await register(name)
    await ask(`/api/drives/${drive.id}/members`, { email, role }, memberSchema)
    return account
  }

  async function createGuest(pageId: string, name: string, role: ClientRole): Promise<Account> {
    const link = await ask(`/api/pages/${pageId}/share-links`, { role }, createdShareLinkSchema)
    const body = { shareToken: link.value.token, name }
    const account = await signIn({ rest, signIn: { path: '/api/auth/guest', body } })
    return keep({ ...account, link: { pageId, linkId: link.value.id } })
  }

  async function admit(name: string, role: ClientRole, linkTo?: PageIndex): Promise<Account> {
    const linked = linkTo === undefined ? undefined : pageIds[linkTo]
    const create = () => (linked === undefined ? createMember(name, role) : createGuest(linked, name, role))
    if (maxAccounts === null) return create()
    const key = `${role} ${linked ?? ''}`
    const pool = pools.get(key) ?? { accounts: [], given: 0 }
    pools.set(key, pool)
    const place = pool.given++ % maxAccounts
    pool.accounts[place] ??= create()
    return pool.accounts[place]
  }

  async function readContent(pageId: string, at: number | null): Promise<ContentReading> {
    const path = `/api/pages/${pageId}/content?format=json${at === null ? '' : `&at=${at}`}`
    const response = await rest.attempt({ method: 'GET', path, accessToken: owner.accessToken() })
    if (response.status !== 200) return { status: response.status, seq: null, marks: null }
    const seq = /^"(\d+)"$/.exec(response.headers.get('etag') ?? '')?.[1]
    return {
      status: 200,
      seq: seq === undefined ? null : Number(seq),
      marks: findContentMarks(await response.json()),
    }
  }

  async function send(
    account: Account,
    method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<{ status: number; body: unknown }> {
    const response = await rest.attempt({
      ...{ method, path, accessToken: account.accessToken() },
      ...(body === undefined ? {} : { body }),
    })
    // `response.text()` would drop a leading byte order mark, which is a character of the page.
    const text = new TextDecoder('utf-8', { ignoreBOM: true }).decode(await response.arrayBuffer())
    const isJson = response.headers.get('content-type')?.includes('json') ?? false
    return { status: response.status, body: isJson ? JSON.parse(text) : text }
  }

  return {
    owner,
    observer: owner,
    pageIds,
    driveId: drive.id,
    admit,
    readContent,
    get: (account, path) => send(account, 'GET', path),
    change: send,
    close() {
      for (const account of accounts) account.close()
    },
  }
}

async function signInOwner(rest: Rest, owner: OwnerSignIn): Promise<Account> {
  switch (owner.kind) {
    case 'register': {
      const email = `simulated-${randomUUID()}@example.com`
      const password = randomBytes(24).toString('base64url')
      return signIn({
        rest,
        signIn: { path: '/api/auth/register', body: { email, password, name: 'Owner' } },
      })
    }
    case 'login': {
      const { email, password } = owner
      return signIn({ rest, signIn: { path: '/api/auth/login', body: { email, password } } })
    }
    case 'token': {
      const me = await rest.json({ method: 'GET', path: '/api/me', accessToken: owner.token }, userSchema)
      return accountOfToken(owner.token, me.value)
    }
  }
}

/** The marks in TipTap's JSON, in the order of the text. */
function findContentMarks(node: unknown): string[] {
  const { type, content } = node as { type?: string; content?: { type?: string; text?: string }[] }
  if (content === undefined) return []
  const isTextBlock = content.some((child) => child.type === 'text')
  if (isTextBlock) return findMarks(content.map(({ text }) => text ?? '').join(''))
  return type === 'text' ? [] : content.flatMap(findContentMarks)
}
