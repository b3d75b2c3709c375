import { createHash, randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { type Drive, driveSchema, type Member, memberSchema } from '../../shared/api/drives.ts'
import {
  type CreatedShareLink,
  createdShareLinkSchema,
  type PageWithRole,
  pageWithRoleSchema,
  type ShareLink,
} from '../../shared/api/pages.ts'
import { type ProblemCode, problemSchema } from '../../shared/api/problem.ts'
import { queryDatabase } from '../support/database.ts'
import {
  type Answer,
  addMember,
  createPage,
  createShareLink,
  enterAsGuest,
  firstDrive,
  listPages,
  type Person,
  register,
  request,
} from '../support/people.ts'
import { openRealtime } from '../support/realtime-client.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

let server: TestServer
/** Has a drive of their own with everything in it that the others try to get at. */
let owner: Person
let drive: Drive
beforeAll(async () => {
  server = await startServer()
  owner = await register(server.url, 'Olga')
  drive = await firstDrive(owner)
})
afterAll(() => server.close())

function expectProblem(answer: Answer, code: ProblemCode): void {
  expect(problemSchema.parse(answer.body)).toMatchObject({ code, status: answer.status })
}

/** A new page of the owner's, below `parentId` if given. */
async function newPage(title: string, parentId: string | null = null): Promise<PageWithRole> {
  const answer = await owner.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, {
    title,
    parentId,
  })
  return pageWithRoleSchema.strict().parse(answer.body)
}

const revisionNow = async () => (await listPages(owner, drive.id)).revision
const titlesNow = async () => (await listPages(owner, drive.id)).items.map((page) => page.title)

describe('who may do what', () => {
  const WHO = [
    'viewer',
    'commenter',
    'editor',
    'admin',
    'owner',
    'stranger',
    'guest who may view',
    'guest who may edit',
  ] as const
  type Who = (typeof WHO)[number]

  const people = {} as Record<Who, Person>
  /** `shared` is what the guests' links lead to; `inner` lies below it, `other` beside it. */
  const pages = {} as Record<'shared' | 'inner' | 'other', PageWithRole>

  beforeAll(async () => {
    people.owner = owner
    people.stranger = await register(server.url, 'Stranger')
    for (const role of ['viewer', 'commenter', 'editor', 'admin'] as const) {
      people[role] = await register(server.url, role)
      await addMember(owner, people[role], role)
    }
    pages.shared = await newPage('Shared')
    pages.inner = await newPage('Inner', pages.shared.id)
    pages.other = await newPage('Other')
    for (const role of ['viewer', 'editor'] as const) {
      const link = await createShareLink(owner, pages.shared.id, role)
      people[role === 'viewer' ? 'guest who may view' : 'guest who may edit'] = await enterAsGuest(
        server.url,
        link.token,
        `Guest ${role}`,
      )
    }
  })

  interface Operation {
    readonly what: string
    /** What is answered to those who may; 403 or 404 to everybody else. */
    readonly success: number
    readonly allowed: readonly Who[]
    /** Who knows that it exists but may not do this: 403. To everybody not listed it does not exist: 404. */
    readonly forbidden: readonly Who[]
    ask(person: Person): Promise<Answer>
  }

  const MEMBERS: readonly Who[] = ['viewer', 'commenter', 'editor', 'admin', 'owner']
  const GUESTS: readonly Who[] = ['guest who may view', 'guest who may edit']
  const ADMINS: readonly Who[] = ['admin', 'owner']
  const EDITORS: readonly Who[] = ['editor', 'admin', 'owner']
  const except = (everybody: readonly Who[], some: readonly Who[]) =>
    everybody.filter((who) => !some.includes(who))

  const onDrive = { forbidden: [], allowed: MEMBERS }
  const toView = { forbidden: [], allowed: [...MEMBERS, ...GUESTS] }
  const toEdit = {
    allowed: [...EDITORS, 'guest who may edit'],
    forbidden: ['viewer', 'commenter', 'guest who may view'],
  } as const
  const toAdminister = { allowed: ADMINS, forbidden: except([...MEMBERS, ...GUESTS], ADMINS) }

  const OPERATIONS: readonly Operation[] = [
    {
      ...{ what: 'read the drive', success: 200, ...onDrive },
      ask: (person) => person.request('GET', `/api/drives/${drive.id}`),
    },
    {
      ...{ what: 'list the members', success: 200, ...onDrive },
      ask: (person) => person.request('GET', `/api/drives/${drive.id}/members`),
    },
    {
      ...{ what: 'list the pages', success: 200, ...onDrive },
      ask: (person) => person.request('GET', `/api/drives/${drive.id}/pages`),
    },
    {
      ...{ what: 'add a member', success: 201, allowed: ADMINS, forbidden: except(MEMBERS, ADMINS) },
      async ask(person) {
        const newcomer = await register(server.url, 'Newcomer')
        const body = { email: newcomer.email, role: 'viewer' }
        return person.request('POST', `/api/drives/${drive.id}/members`, body)
      },
    },
    {
      ...{ what: 'create a page', success: 201, allowed: EDITORS, forbidden: except(MEMBERS, EDITORS) },
      ask: (person) => person.request('POST', `/api/drives/${drive.id}/pages`, { title: 'New' }),
    },
    {
      ...{ what: 'create a page below', success: 201, ...toEdit },
      ask: (person) => person.request('POST', `/api/drives/${drive.id}/pages`, { parentId: pages.shared.id }),
    },
    {
      ...{ what: 'read the shared page', success: 200, ...toView },
      ask: (person) => person.request('GET', `/api/pages/${pages.shared.id}`),
    },
    {
      ...{ what: 'read a page below the shared one', success: 200, ...toView },
      ask: (person) => person.request('GET', `/api/pages/${pages.inner.id}`),
    },
    {
      ...{ what: 'read a page beside the shared one', success: 200, ...onDrive },
      ask: (person) => person.request('GET', `/api/pages/${pages.other.id}`),
    },
    {
      ...{ what: 'read the text', success: 200, ...toView },
      ask: (person) => person.request('GET', `/api/pages/${pages.shared.id}/content?format=text`),
    },
    {
      ...{ what: 'read the text below as JSON', success: 200, ...toView },
      ask: (person) => person.request('GET', `/api/pages/${pages.inner.id}/content`),
    },
    {
      ...{ what: 'read the text beside', success: 200, ...onDrive },
      ask: (person) => person.request('GET', `/api/pages/${pages.other.id}/content`),
    },
    {
      ...{ what: 'rename the shared page', success: 200, ...toEdit },
      ask: (person) => person.request('PATCH', `/api/pages/${pages.shared.id}`, { title: 'Renamed' }),
    },
    {
      ...{ what: 'rename a page beside', success: 200, allowed: EDITORS, forbidden: ['viewer', 'commenter'] },
      ask: (person) => person.request('PATCH', `/api/pages/${pages.other.id}`, { title: 'Renamed' }),
    },
    {
      ...{ what: 'delete a page below', success: 204, ...toEdit },
      async ask(person) {
        const doomed = await newPage('Doomed', pages.shared.id)
        return person.request('DELETE', `/api/pages/${doomed.id}`)
      },
    },
    {
      ...{ what: 'delete a page beside', success: 204, allowed: EDITORS, forbidden: ['viewer', 'commenter'] },
      async ask(person) {
        const doomed = await newPage('Doomed')
        return person.request('DELETE', `/api/pages/${doomed.id}`)
      },
    },
    {
      ...{ what: 'list the share links', success: 200, ...toAdminister },
      ask: (person) => person.request('GET', `/api/pages/${pages.shared.id}/share-links`),
    },
    {
      ...{ what: 'create a share link', success: 201, ...toAdminister },
      ask: (person) =>
        person.request('POST', `/api/pages/${pages.shared.id}/share-links`, { role: 'viewer' }),
    },
    {
      ...{ what: 'revoke a share link', success: 204, ...toAdminister },
      async ask(person) {
        const link = await createShareLink(owner, pages.shared.id, 'viewer')
        return person.request('DELETE', `/api/pages/${pages.shared.id}/share-links/${link.id}`)
      },
    },
    {
      ...{ what: 'create a drive', success: 201, allowed: [...MEMBERS, 'stranger'], forbidden: GUESTS },
      ask: (person) => person.request('POST', '/api/drives', { name: 'Mine' }),
    },
  ]

  describe.each(OPERATIONS)('$what', ({ success, allowed, forbidden, ask }) => {
    test.each(WHO)('A1 A2 · %s', async (who) => {
      const answer = await ask(people[who])
      if (allowed.includes(who)) expect(answer.status).toBe(success)
      else expectProblem(answer, forbidden.includes(who) ? 'forbidden' : 'not-found')
    })
  })

  test('A1 · the drive is in the list of its members, with the role each has, and in nobody else’s', async () => {
    for (const who of WHO) {
      const { body } = await people[who].request<{ items: Drive[] }>('GET', '/api/drives')
      const found = body.items.find((item) => item.id === drive.id)
      expect(found?.role).toBe(MEMBERS.includes(who) ? who : undefined)
    }
  })

  test('A1 · a page says the role of who asks', async () => {
    const roles: Partial<Record<Who, string>> = {}
    for (const who of WHO) {
      const answer = await people[who].request<PageWithRole>('GET', `/api/pages/${pages.inner.id}`)
      if (answer.status === 200) roles[who] = answer.body.role
    }
    expect(roles).toEqual({
      ...Object.fromEntries(MEMBERS.map((who) => [who, who])),
      ...{ 'guest who may view': 'viewer', 'guest who may edit': 'editor' },
    })
  })

  test('E1 · what is refused changes nothing, not even the revision', async () => {
    const before = await listPages(owner, drive.id)
    const path = `/api/drives/${drive.id}/pages`
    for (const who of ['viewer', 'stranger', 'guest who may edit'] as const) {
      expect((await people[who].request('POST', path, { title: 'No' })).status).toBeGreaterThan(400)
      const other = `/api/pages/${pages.other.id}`
      expect((await people[who].request('PATCH', other, { title: 'No' })).status).toBeGreaterThan(400)
      expect((await people[who].request('DELETE', other)).status).toBeGreaterThan(400)
    }
    expect(await listPages(owner, drive.id)).toEqual(before)
  })

  test('A1 · to a stranger, what is not theirs looks exactly like what does not exist', async () => {
    const ask = async (method: string, path: string, body?: unknown) => {
      const { status, body: problem } = await people.stranger.request(method, path, body)
      return { status, problem }
    }
    const existing = { drive: drive.id, page: pages.shared.id }
    const unknown = { drive: randomUUID(), page: randomUUID() }
    const body = { title: 'x', name: 'x', role: 'viewer', email: people.viewer.email }
    const attempts = (ids: typeof existing): [string, string, unknown?][] => [
      ['GET', `/api/drives/${ids.drive}`],
      ['GET', `/api/drives/${ids.drive}/members`],
      ['POST', `/api/drives/${ids.drive}/members`, body],
      ['GET', `/api/drives/${ids.drive}/pages`],
      ['POST', `/api/drives/${ids.drive}/pages`, body],
      ['GET', `/api/pages/${ids.page}`],
      ['PATCH', `/api/pages/${ids.page}`, body],
      ['DELETE', `/api/pages/${ids.page}`],
      ['GET', `/api/pages/${ids.page}/content`],
      ['GET', `/api/pages/${ids.page}/share-links`],
      ['POST', `/api/pages/${ids.page}/share-links`, body],
      ['DELETE', `/api/pages/${ids.page}/share-links/${randomUUID()}`],
    ]
    const toUnknown = attempts(unknown)
    for (const [index, attempt] of attempts(existing).entries()) {
      const answer = await ask(...attempt)
      expect(answer.status).toBe(404)
      expect(answer).toEqual(await ask(...(toUnknown[index] as typeof attempt)))
    }
  })

  test('A1 · a page below somebody else’s page cannot be made, nor moved there by creating it', async () => {
    const own = await firstDrive(people.stranger)
    for (const parentId of [pages.shared.id, randomUUID()]) {
      const answer = await people.stranger.request('POST', `/api/drives/${own.id}/pages`, { parentId })
      expectProblem(answer, 'not-found')
    }
  })
})

describe('fields that are not the client’s to set', () => {
  test('A2 · a page ignores them', async () => {
    const other = await register(server.url, 'Other')
    const otherDrive = await firstDrive(other)
    const extra = {
      ...{ driveId: otherDrive.id, createdBy: other.session.user.id, ownerId: other.session.user.id },
      ...{ role: 'viewer', position: 'Zz', revision: 999, deletedAt: new Date().toISOString() },
      ...{ createdAt: '2000-01-01T00:00:00.000Z', updatedAt: '2000-01-01T00:00:00.000Z' },
    }
    const created = await owner.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, {
      ...{ title: 'Plain', ...extra },
    })
    expect(created.status).toBe(201)
    const page = pageWithRoleSchema.strict().parse(created.body)
    expect(page).toMatchObject({ driveId: drive.id, role: 'owner', parentId: null })
    expect(page.position).not.toBe('Zz')
    expect(page.createdAt).not.toMatch(/^2000/)

    const renamed = await owner.request<PageWithRole>('PATCH', `/api/pages/${page.id}`, {
      ...{ title: 'Still plain', id: randomUUID(), parentId: page.id, ...extra },
    })
    const { updatedAt, revision } = renamed.body
    expect(renamed.body).toEqual({ ...page, title: 'Still plain', updatedAt, revision })
    expect(revision).toBe(page.revision + 1)
    const [row] = await queryDatabase<{ created_by: string; deleted_at: unknown }>(
      server.databaseUrl,
      'SELECT created_by, deleted_at FROM pages WHERE id = $1',
      [page.id],
    )
    expect(row).toEqual({ created_by: owner.session.user.id, deleted_at: null })
  })

  test('A2 · a drive ignores them: it belongs to who made it', async () => {
    const ann = await register(server.url, 'Ann')
    const answer = await ann.request<Drive>('POST', '/api/drives', {
      ...{ name: 'Mine', createdBy: owner.session.user.id, ownerId: owner.session.user.id },
      ...{ role: 'viewer', revision: 999 },
    })
    expect(driveSchema.strict().parse(answer.body)).toMatchObject({ role: 'owner', revision: 0 })
    const { body } = await ann.request<{ items: unknown[] }>('GET', `/api/drives/${answer.body.id}/members`)
    expect(body.items).toMatchObject([{ userId: ann.session.user.id, role: 'owner' }])
  })

  test.each(['owner', 'root', '', null, 4, ['admin']])(
    'A2 · nobody is added with the role %j',
    async (role) => {
      const ann = await register(server.url, 'Ann')
      const answer = await owner.request('POST', `/api/drives/${drive.id}/members`, {
        email: ann.email,
        role,
      })
      expectProblem(answer, 'invalid-request')
      expectProblem(await ann.request('GET', `/api/drives/${drive.id}`), 'not-found')
    },
  )

  test.each(['admin', 'owner'])('A2 · no share link carries the role %s', async (role) => {
    const page = await newPage('Page')
    const answer = await owner.request('POST', `/api/pages/${page.id}/share-links`, { role })
    expectProblem(answer, 'invalid-request')
  })

  test('A2 · a share link’s token and page are the server’s choice', async () => {
    const page = await newPage('Page')
    const other = await newPage('Other')
    const answer = await owner.request<CreatedShareLink>('POST', `/api/pages/${page.id}/share-links`, {
      ...{ role: 'viewer', token: 'guessable', pageId: other.id, id: randomUUID() },
    })
    const link = createdShareLinkSchema.strict().parse(answer.body)
    expect(link.token).toMatch(/^[\w-]{43}$/)
    expect(link.pageId).toBe(page.id)
  })
})

describe('members', () => {
  test('are added by e-mail in any case, and see the drive at once', async () => {
    const ann = await register(server.url, 'Ann')
    const body = { email: ann.email.toUpperCase(), role: 'commenter' }
    const answer = await owner.request('POST', `/api/drives/${drive.id}/members`, body)
    expect(memberSchema.strict().parse(answer.body)).toMatchObject({
      ...{ userId: ann.session.user.id, email: ann.email, role: 'commenter' },
    })
    const read = await ann.request<Drive>('GET', `/api/drives/${drive.id}`)
    expect(read.body).toMatchObject({ role: 'commenter' })
  })

  test('who is one already stays what they are', async () => {
    const ann = await register(server.url, 'Ann')
    await addMember(owner, ann, 'viewer')
    const again = await owner.request('POST', `/api/drives/${drive.id}/members`, {
      ...{ email: ann.email, role: 'viewer' },
    })
    expect([again.status, again.body]).toMatchObject([201, { userId: ann.session.user.id, role: 'viewer' }])
    for (const email of [ann.email, owner.email]) {
      const answer = await owner.request('POST', `/api/drives/${drive.id}/members`, { email, role: 'admin' })
      expectProblem(answer, 'already-member')
    }
    expect((await ann.request<Drive>('GET', `/api/drives/${drive.id}`)).body.role).toBe('viewer')
    expect((await firstDrive(owner)).role).toBe('owner')
  })

  test('E2 · the same invitation is one member, told once, with the same answer; at the same moment, too', async () => {
    const ann = await register(server.url, 'Ann')
    const { revision } = await listPages(owner, drive.id)
    const body = { email: ann.email, role: 'editor' }
    const invite = () => owner.request<Member>('POST', `/api/drives/${drive.id}/members`, body)
    const answers = [...(await Promise.all([invite(), invite(), invite()])), await invite()]
    for (const answer of answers) expect([answer.status, answer.body]).toEqual([201, answers[0]?.body])
    expect((await listPages(owner, drive.id)).revision).toBe(revision + 1)
  })

  test('nobody is invited who has no account', async () => {
    const body = { email: `${randomUUID()}@example.com`, role: 'editor' }
    expectProblem(await owner.request('POST', `/api/drives/${drive.id}/members`, body), 'unknown-user')
  })

  test('A2 · an admin who is added gives others access, but cannot reach another drive of the owner', async () => {
    const admin = await register(server.url, 'Admin')
    await addMember(owner, admin, 'admin')
    const second = await owner.request<Drive>('POST', '/api/drives', { name: 'Second' })
    const body = { email: admin.email, role: 'admin' }
    expectProblem(await admin.request('POST', `/api/drives/${second.body.id}/members`, body), 'not-found')
  })
})

describe('creating twice', () => {
  test('E2 · the same page is one page with the same answer, and does not move the drive on', async () => {
    const body = { id: randomUUID(), title: 'Once' }
    const path = `/api/drives/${drive.id}/pages`
    const first = await owner.request('POST', path, body)
    const revision = await revisionNow()
    const second = await owner.request('POST', path, body)
    expect(first.status).toBe(201)
    expect(second.status).toBe(201)
    expect(second.body).toEqual(first.body)
    expect((await listPages(owner, drive.id)).items.filter((page) => page.id === body.id)).toHaveLength(1)
    expect(await revisionNow()).toBe(revision)
  })

  test('E2 · at the same moment, too', async () => {
    const body = { id: randomUUID(), title: 'Once' }
    const before = await revisionNow()
    const answers = await Promise.all(
      [1, 2, 3, 4].map(() => owner.request('POST', `/api/drives/${drive.id}/pages`, body)),
    )
    for (const answer of answers) expect(answer).toMatchObject({ status: 201, body: answers[0]?.body })
    expect(await revisionNow()).toBe(before + 1)
  })

  test('E2 · an id written in capitals is the same id', async () => {
    const id = randomUUID()
    const path = `/api/drives/${drive.id}/pages`
    const first = await owner.request<PageWithRole>('POST', path, { id: id.toUpperCase(), title: 'Once' })
    const second = await owner.request<PageWithRole>('POST', path, { id, title: 'Once' })
    expect(second.body).toEqual(first.body)
    expect(second.body.id).toBe(id)
    const read = await owner.request<PageWithRole>('GET', `/api/pages/${id.toUpperCase()}`)
    expect(read.body).toEqual(first.body)
  })

  test('E2 · the same drive is one drive with the same answer', async () => {
    const body = { id: randomUUID(), name: 'Once' }
    const answers = [await owner.request('POST', '/api/drives', body)]
    answers.push(...(await Promise.all([1, 2, 3].map(() => owner.request('POST', '/api/drives', body)))))
    for (const answer of answers) expect(answer).toMatchObject({ status: 201, body: answers[0]?.body })
    const { body: list } = await owner.request<{ items: Drive[] }>('GET', '/api/drives')
    expect(list.items.filter((item) => item.id === body.id)).toHaveLength(1)
  })

  test('A1 · an id that somebody else used is taken, and nothing of theirs is shown or changed', async () => {
    const ann = await register(server.url, 'Ann')
    const own = await firstDrive(ann)
    const page = await newPage('Secret')
    const attempts = [
      await ann.request('POST', `/api/drives/${own.id}/pages`, { id: page.id, title: 'Mine' }),
      await ann.request('POST', '/api/drives', { id: drive.id, name: 'Mine' }),
    ]
    for (const answer of attempts) {
      expectProblem(answer, 'id-taken')
      expect(JSON.stringify(answer.body)).not.toContain('Secret')
    }
    expect((await owner.request<PageWithRole>('GET', `/api/pages/${page.id}`)).body).toEqual(page)
    expectProblem(await ann.request('GET', `/api/drives/${drive.id}`), 'not-found')
  })

  test('E2 · an id that a colleague used, that lies in another drive or in the trash is taken', async () => {
    const ann = await register(server.url, 'Ann')
    await addMember(owner, ann, 'editor')
    const page = await newPage('Page')
    const path = `/api/drives/${drive.id}/pages`
    expectProblem(await ann.request('POST', path, { id: page.id }), 'id-taken')
    const second = await owner.request<Drive>('POST', '/api/drives', { name: 'Second' })
    const elsewhere = `/api/drives/${second.body.id}/pages`
    expectProblem(await owner.request('POST', elsewhere, { id: page.id }), 'id-taken')
    await owner.request('DELETE', `/api/pages/${page.id}`)
    expectProblem(await owner.request('POST', path, { id: page.id }), 'id-taken')
  })
})

describe('creating at the same moment', () => {
  test('pages get places of their own and are all listed, in the order of their places', async () => {
    const ann = await register(server.url, 'Ann')
    await addMember(owner, ann, 'editor')
    const before = await revisionNow()
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, nr) =>
        (nr % 2 === 0 ? owner : ann).request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, {
          title: `At once ${nr}`,
        }),
      ),
    )
    const created = answers.map((answer) => answer.body)
    expect(new Set(created.map((page) => page.position)).size).toBe(12)
    const { items, revision } = await listPages(owner, drive.id)
    expect(revision).toBe(before + 12)
    const positions = items.filter((page) => page.parentId === null).map((page) => page.position)
    expect(positions).toEqual([...positions].sort((a, b) => (a < b ? -1 : 1)))
    expect(items.slice(-12).map((page) => page.id)).toEqual(
      [...created].sort((a, b) => (a.position < b.position ? -1 : 1)).map((page) => page.id),
    )
  })

  test('a page made below one that is being deleted is deleted with it or refused', async () => {
    for (let round = 0; round < 8; round++) {
      const parent = await newPage('Parent')
      const [child, removed] = await Promise.all([
        owner.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, { parentId: parent.id }),
        owner.request('DELETE', `/api/pages/${parent.id}`),
      ])
      expect(removed.status).toBe(204)
      if (child.status === 201)
        expectProblem(await owner.request('GET', `/api/pages/${child.body.id}`), 'not-found')
      else expectProblem(child, 'not-found')
    }
    const { items } = await listPages(owner, drive.id)
    const ids = new Set(items.map((page) => page.id))
    for (const { parentId } of items) expect(parentId === null || ids.has(parentId)).toBe(true)
  })
})

describe('deleting a page', () => {
  test('takes everything below with it and nothing else', async () => {
    const top = await newPage('Top of the tree')
    const middle = await newPage('Middle of the tree', top.id)
    const leaf = await newPage('Leaf of the tree', middle.id)
    const beside = await newPage('Beside the tree')
    const link = await createShareLink(owner, leaf.id, 'editor')
    const guest = await enterAsGuest(server.url, link.token, 'Gus')

    const removed = await owner.request('DELETE', `/api/pages/${middle.id}`)
    expect(removed).toMatchObject({ status: 204, body: '' })
    for (const { id } of [middle, leaf]) {
      for (const person of [owner, guest]) {
        expectProblem(await person.request('GET', `/api/pages/${id}`), 'not-found')
        expectProblem(await person.request('GET', `/api/pages/${id}/content?format=text`), 'not-found')
        expectProblem(await person.request('PATCH', `/api/pages/${id}`, { title: 'x' }), 'not-found')
        expectProblem(await person.request('DELETE', `/api/pages/${id}`), 'not-found')
        expectProblem(await person.request('GET', `/api/pages/${id}/share-links`), 'not-found')
      }
      const below = { parentId: id }
      expectProblem(await owner.request('POST', `/api/drives/${drive.id}/pages`, below), 'not-found')
    }
    const entry = await request(server.url, 'POST', '/api/auth/guest', {
      body: { shareToken: link.token, name: 'Late' },
    })
    expectProblem(entry, 'not-found')
    const titles = await titlesNow()
    expect(titles).toEqual(expect.arrayContaining([top.title, beside.title]))
    expect(titles).not.toContain(middle.title)
    expect(titles).not.toContain(leaf.title)
  })

  test('D6 · keeps its rows: it is in the trash, not gone', async () => {
    const page = await createPage(owner)
    await owner.request('DELETE', `/api/pages/${page.id}`)
    const rows = await queryDatabase(server.databaseUrl, 'SELECT FROM documents WHERE page_id = $1', [
      page.id,
    ])
    expect(rows).toHaveLength(1)
  })
})

describe('a share link', () => {
  test('shows its token once, and only a hash of it is stored', async () => {
    const page = await newPage('Shared')
    const answer = await owner.request<CreatedShareLink>('POST', `/api/pages/${page.id}/share-links`, {
      role: 'commenter',
    })
    expect(answer.status).toBe(201)
    expect(answer.headers.get('cache-control')).toBe('no-store')
    const { token, ...link } = createdShareLinkSchema.strict().parse(answer.body)
    const list = await owner.request<{ items: ShareLink[] }>('GET', `/api/pages/${page.id}/share-links`)
    expect(list.body.items).toEqual([link])
    const [row] = await queryDatabase<{ token_hash: Buffer }>(
      server.databaseUrl,
      'SELECT token_hash FROM share_links WHERE id = $1',
      [link.id],
    )
    expect(row?.token_hash.equals(createHash('sha256').update(token).digest())).toBe(true)
  })

  test('E2 · made again under the same id is one link with the same answer; at the same moment, too', async () => {
    const page = await createPage(owner)
    const path = `/api/pages/${page.id}/share-links`
    const body = { id: randomUUID(), role: 'viewer' }
    const create = (person = owner, at = path) => person.request<CreatedShareLink>('POST', at, body)
    const answers = [...(await Promise.all([create(), create(), create()])), await create()]
    for (const answer of answers) expect([answer.status, answer.body]).toEqual([201, answers[0]?.body])
    expect(answers[0]?.body.id).toBe(body.id)
    expect((await owner.request<{ items: unknown[] }>('GET', path)).body.items).toHaveLength(1)
    await enterAsGuest(server.url, answers[0]?.body.token ?? '', 'Guest')

    // Under it nobody gets the token of somebody else’s link, nor one for another page, nor a revoked one.
    const admin = await register(server.url, 'Admin')
    await addMember(owner, admin, 'admin')
    expectProblem(await create(admin), 'id-taken')
    const other = await createPage(owner)
    expectProblem(await create(owner, `/api/pages/${other.id}/share-links`), 'id-taken')
    await owner.request('DELETE', `${path}/${body.id}`)
    expectProblem(await create(), 'id-taken')
  })

  test('A1 · leads to its page and what lies below, to nothing above or beside', async () => {
    const above = await newPage('Above')
    const shared = await newPage('Shared', above.id)
    const below = await newPage('Below', shared.id)
    const deeper = await newPage('Deeper', below.id)
    const beside = await newPage('Beside', above.id)
    const link = await createShareLink(owner, shared.id, 'commenter')
    const guest = await enterAsGuest(server.url, link.token, 'Gus')
    for (const { id } of [shared, below, deeper]) {
      const answer = await guest.request<PageWithRole>('GET', `/api/pages/${id}`)
      expect(answer.body).toMatchObject({ id, role: 'commenter' })
    }
    for (const { id } of [above, beside]) {
      expectProblem(await guest.request('GET', `/api/pages/${id}`), 'not-found')
    }
    expect((await guest.request<{ items: Drive[] }>('GET', '/api/drives')).body.items).toEqual([])
  })

  test('A3 · once revoked lets nobody in, and puts out who came through it, on REST and in the page’s room', async () => {
    const page = await newPage('Shared')
    const link = await createShareLink(owner, page.id, 'editor')
    const otherLink = await createShareLink(owner, page.id, 'viewer')
    const guest = await enterAsGuest(server.url, link.token, 'Gus')
    const otherGuest = await enterAsGuest(server.url, otherLink.token, 'Gil')
    const [ownerSocket, guestSocket, otherSocket] = await Promise.all(
      [owner, guest, otherGuest].map((person) => openRealtime(server.url, person.session.accessToken)),
    )
    if (!ownerSocket || !guestSocket || !otherSocket) throw new Error('three sockets were opened')
    try {
      for (const socket of [ownerSocket, guestSocket, otherSocket]) {
        expect(await socket.request('join_page', { pageId: page.id })).toMatchObject({ ok: true })
      }
      await owner.request('PATCH', `/api/pages/${page.id}`, { title: 'While shared' })
      expect((await guestSocket.next('page_updated')).page.title).toBe('While shared')
      await otherSocket.next('page_updated')

      const revoked = await owner.request('DELETE', `/api/pages/${page.id}/share-links/${link.id}`)
      expect(revoked.status).toBe(204)
      expectProblem(await guest.request('GET', `/api/pages/${page.id}`), 'not-found')
      expectProblem(await guest.request('PATCH', `/api/pages/${page.id}`, { title: 'x' }), 'not-found')
      expect((await ownerSocket.next('user_left')).userId).toBe(guest.session.user.id)

      await owner.request('PATCH', `/api/pages/${page.id}`, { title: 'After all' })
      expect((await otherSocket.next('page_updated')).page.title).toBe('After all')
      const back = await guestSocket.request('join_page', { pageId: page.id })
      expect(back).toMatchObject({ ok: false, error: { code: 'not-found' } })
      expect(guestSocket.pending('page_updated')).toEqual([])

      const entry = { shareToken: link.token, name: 'Late' }
      expectProblem(await request(server.url, 'POST', '/api/auth/guest', { body: entry }), 'not-found')
      expect((await otherGuest.request('GET', `/api/pages/${page.id}`)).status).toBe(200)
    } finally {
      for (const socket of [ownerSocket, guestSocket, otherSocket]) socket.close()
    }
  })

  test('A1 · is revoked through its own page only, and once', async () => {
    const page = await newPage('Shared')
    const other = await newPage('Other')
    const link = await createShareLink(owner, page.id, 'viewer')
    const revoke = (pageId: string) => owner.request('DELETE', `/api/pages/${pageId}/share-links/${link.id}`)
    expectProblem(await revoke(other.id), 'not-found')
    expect((await revoke(page.id)).status).toBe(204)
    expectProblem(await revoke(page.id), 'not-found')
    const list = await owner.request<{ items: ShareLink[] }>('GET', `/api/pages/${page.id}/share-links`)
    expect(list.body.items).toEqual([])
  })

  test('A1 · with a token that nobody was given leads nowhere', async () => {
    const page = await newPage('Shared')
    const link = await createShareLink(owner, page.id, 'viewer')
    const stored = createHash('sha256').update(link.token).digest()
    for (const shareToken of ['x', link.id, link.token.slice(1), stored.toString('hex'), 'x'.repeat(200)]) {
      const answer = await request(server.url, 'POST', '/api/auth/guest', {
        body: { shareToken, name: 'Gus' },
      })
      expectProblem(answer, 'not-found')
    }
  })
})
