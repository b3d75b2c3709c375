import { randomUUID } from 'node:crypto'
import jwt from 'jsonwebtoken'
import type { Drive } from '../../shared/api/drives.ts'
import type { PageWithRole } from '../../shared/api/pages.ts'
import { addMember, createShareLink, enterAsGuest, firstDrive, type Person, register } from './people.ts'
import { openRealtime, type RealtimeClient } from './realtime-client.ts'
import { JWT_SECRET, startServer, type TestServer } from './start-server.ts'
import { until } from './until.ts'

/** Every connection of the world: who it is and where. Those before the empty line follow drive A. */
export const SOCKETS = [
  ...(['owner', 'ownerTab', 'admin', 'editor', 'commenter', 'viewer'] as const),

  ...(['viewerOnPage', 'guestOnPage', 'editorOnPage', 'editorOnOtherPage'] as const),
  ...(['stranger', 'ownerInOtherDrive', 'viewerNowhere'] as const),
] as const
export type SocketName = (typeof SOCKETS)[number] | 'newcomer'

/** Those who follow drive A. */
export const IN_DRIVE: readonly SocketName[] = SOCKETS.slice(0, 6)
/** Those who are on page A1. */
export const ON_PAGE: readonly SocketName[] = ['viewerOnPage', 'guestOnPage', 'editorOnPage']
export const EVERYBODY: readonly SocketName[] = SOCKETS

/** Three drives, five pages, people of every role and of none, and their connections. */
export interface EventsWorld {
  readonly server: TestServer
  readonly people: Record<
    'owner' | 'admin' | 'editor' | 'commenter' | 'viewer' | 'guest' | 'stranger',
    Person
  >
  readonly driveA: Drive
  /** `a1` is in drive A with `a1Child` below it and `a2` beside; `b1` is the stranger's, `c1` the owner's alone. */
  readonly pages: Record<'a1' | 'a1Child' | 'a2' | 'b1' | 'c1', PageWithRole>
  socket(name: SocketName): RealtimeClient
  /** Connects somebody else as `newcomer`, in nothing yet, in place of the one before. */
  bring(person: Person, token?: string): Promise<RealtimeClient>
  /** The person's token, signed anew to expire in so many seconds. */
  shortLived(person: Person, seconds: number): string
  /** A new page in drive A. */
  newPage(title?: string): Promise<PageWithRole>
  /** Resolves when whatever was sent to any socket before has arrived. */
  settle(): Promise<void>
  close(): Promise<void>
}

export async function createEventsWorld(transport: string): Promise<EventsWorld> {
  const server = await startServer()
  const [owner, admin, editor, commenter, viewer, stranger] = (await Promise.all(
    ['Owner', 'Admin', 'Editor', 'Commenter', 'Viewer', 'Stranger'].map((name) => register(server.url, name)),
  )) as [Person, Person, Person, Person, Person, Person]
  await addMember(owner, admin, 'admin')
  await addMember(owner, editor, 'editor')
  await addMember(owner, commenter, 'commenter')
  await addMember(owner, viewer, 'viewer')
  const driveA = await firstDrive(owner)
  const driveB = await firstDrive(stranger)
  const driveC = (await owner.request<Drive>('POST', '/api/drives', { name: 'Drive C' })).body
  const create = async (person: Person, drive: Drive, title: string, parentId: string | null = null) =>
    (await person.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, { title, parentId })).body
  const a1 = await create(owner, driveA, 'A1')
  const pages = {
    a1,
    a1Child: await create(owner, driveA, 'A1 child', a1.id),
    a2: await create(owner, driveA, 'A2'),
    b1: await create(stranger, driveB, 'B1'),
    c1: await create(owner, driveC, 'C1'),
  }
  const guest = await enterAsGuest(server.url, (await createShareLink(owner, a1.id, 'viewer')).token, 'Guest')
  const people = { owner, admin, editor, commenter, viewer, guest, stranger }

  const sockets = new Map<SocketName, RealtimeClient>()
  const connect = (token: string) => openRealtime(server.url, token, { transports: [transport] })
  async function join(name: SocketName, person: Person, joins: ['drive' | 'page', string][]): Promise<void> {
    const client = await connect(person.session.accessToken)
    sockets.set(name, client)
    for (const [what, id] of joins) {
      const ack =
        what === 'drive'
          ? await client.request('join_drive', { driveId: id })
          : await client.request('join_page', { pageId: id })
      if (!ack.ok) throw new Error(`${name} cannot join: ${ack.error.message}`)
    }
  }
  for (const name of ['owner', 'admin', 'editor', 'commenter', 'viewer'] as const) {
    await join(name, people[name], [['drive', driveA.id]])
  }
  await join('ownerTab', owner, [['drive', driveA.id]])
  await join('viewerOnPage', viewer, [['page', a1.id]])
  await join('guestOnPage', guest, [['page', a1.id]])
  await join('editorOnPage', editor, [['page', a1.id]])
  await join('editorOnOtherPage', editor, [['page', pages.a2.id]])
  await join('stranger', stranger, [
    ['drive', driveB.id],
    ['page', pages.b1.id],
  ])
  await join('ownerInOtherDrive', owner, [
    ['drive', driveC.id],
    ['page', pages.c1.id],
  ])
  await join('viewerNowhere', viewer, [])

  return {
    server,
    people,
    driveA,
    pages,
    socket: (name) => sockets.get(name) as RealtimeClient,

    async bring(person, token = person.session.accessToken) {
      sockets.get('newcomer')?.close()
      const client = await connect(token)
      sockets.set('newcomer', client)
      return client
    },

    shortLived(person, seconds) {
      const { iat, exp, ...claims } = jwt.decode(person.session.accessToken) as jwt.JwtPayload
      return jwt.sign(claims, JWT_SECRET, { expiresIn: seconds })
    },

    newPage: (title = 'New') => create(owner, driveA, title),

    async settle() {
      const open = [...sockets.values()].filter(({ socket }) => socket.connected)
      await Promise.all(
        open.map((client) =>
          client.request('leave_page', { pageId: randomUUID() }).catch((error: unknown) => {
            // One that is put out meanwhile has heard all that it will hear.
            if (client.socket.connected) throw error
          }),
        ),
      )
    },

    async close() {
      for (const client of sockets.values()) client.close()
      // Else the server waits for those who poll to have been told.
      await until(() => server.countHeld().sockets === 0)
      await server.close()
    },
  }
}
