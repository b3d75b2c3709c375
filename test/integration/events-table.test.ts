import { randomUUID } from 'node:crypto'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Thread } from '../../shared/api/comments.ts'
import type { Message } from '../../shared/api/messages.ts'
import type { ProblemCode } from '../../shared/api/problem.ts'
import type { RequestContract } from '../../shared/protocol/contract.ts'
import { errorAckSchema } from '../../shared/protocol/envelope.ts'
import {
  type FactName,
  type Facts,
  facts,
  type RequestName,
  type RequestPayload,
  requests,
} from '../../shared/protocol/events.ts'
import { comment, EMPTY_ANCHOR } from '../support/comments.ts'
import {
  createEventsWorld,
  EVERYBODY,
  type EventsWorld,
  IN_DRIVE,
  ON_PAGE,
  SOCKETS,
  type SocketName,
} from '../support/events-world.ts'
import { addMember, type Person, register, request } from '../support/people.ts'
import { createService } from '../support/services.ts'
import { until } from '../support/until.ts'

/** One request: who may, who may not, and what it looks like. */
interface RequestRow<Name extends RequestName> {
  /** Somebody who may; for a request whose answer stands for facts, the owner. */
  readonly accepted: (world: EventsWorld) => Promise<readonly [SocketName, RequestPayload<Name>]>
  /** Another connection that hears what the answer says; the owner's other tab if it is none else. */
  readonly told?: SocketName
  /** Those who may not, and what they are told. Empty where nobody is refused. */
  readonly refused: (
    world: EventsWorld,
  ) => Promise<readonly (readonly [SocketName, RequestPayload<Name>, ProblemCode])[]>
}

/** One fact: what causes it, and who hears of it; nobody else does. */
interface FactRow<Name extends FactName> {
  /** Causes it, and answers how to tell it from others of its name. */
  readonly cause: (world: EventsWorld) => Promise<(fact: Facts[Name]) => boolean>
  readonly hears: readonly SocketName[]
}

type Table = { readonly [Name in RequestName]: RequestRow<Name> } & {
  readonly [Name in FactName]: FactRow<Name>
}

const nobody = async () => []

/** An event without a row here does not compile. */
const TABLE: Table = {
  join_drive: {
    accepted: async ({ driveA }) => ['viewer', { driveId: driveA.id }],
    refused: async ({ driveA }) => [
      ['stranger', { driveId: driveA.id }, 'not-found'],
      ['guestOnPage', { driveId: driveA.id }, 'not-found'],
      ['owner', { driveId: randomUUID() }, 'not-found'],
    ],
  },
  leave_drive: {
    accepted: async ({ pages }) => ['stranger', { driveId: pages.a1.driveId }],
    refused: nobody,
  },
  join_page: {
    accepted: async ({ pages }) => ['guestOnPage', { pageId: pages.a1.id }],
    refused: async ({ pages }) => [
      ['stranger', { pageId: pages.a1.id }, 'not-found'],
      ['guestOnPage', { pageId: pages.a2.id }, 'not-found'],
      ['viewer', { pageId: pages.c1.id }, 'not-found'],
      ['owner', { pageId: randomUUID() }, 'not-found'],
    ],
  },
  leave_page: {
    accepted: async ({ pages }) => ['stranger', { pageId: pages.a1.id }],
    refused: nobody,
  },
  create_page: {
    accepted: async ({ driveA }) => ['owner', newPage(driveA.id)],
    refused: async ({ driveA }) => [
      ['commenter', newPage(driveA.id), 'forbidden'],
      ['viewer', newPage(driveA.id), 'forbidden'],
      ['guestOnPage', newPage(driveA.id), 'not-found'],
      ['stranger', newPage(driveA.id), 'not-found'],
      ['owner', newPage(randomUUID()), 'not-found'],
    ],
  },
  update_page: {
    accepted: async ({ pages }) => ['owner', { pageId: pages.a2.id, title: 'A2 by request' }],
    refused: async ({ pages }) => [
      ['commenter', { pageId: pages.a1.id, title: 'x' }, 'forbidden'],
      ['viewer', { pageId: pages.a1.id, title: 'x' }, 'forbidden'],
      ['guestOnPage', { pageId: pages.a1.id, title: 'x' }, 'forbidden'],
      ['stranger', { pageId: pages.a1.id, title: 'x' }, 'not-found'],
      ['admin', { pageId: pages.c1.id, title: 'x' }, 'not-found'],
    ],
  },
  delete_page: {
    accepted: async (world) => ['editor', { pageId: (await world.newPage()).id }],
    refused: async ({ pages }) => [
      ['commenter', { pageId: pages.a1.id }, 'forbidden'],
      ['viewer', { pageId: pages.a1.id }, 'forbidden'],
      ['guestOnPage', { pageId: pages.a1.id }, 'forbidden'],
      ['stranger', { pageId: pages.a1.id }, 'not-found'],
    ],
  },
  move_page: {
    accepted: async (world) => ['owner', { pageId: (await world.newPage()).id, parentId: null }],
    refused: async ({ pages }) => [
      ['commenter', { pageId: pages.a1.id, parentId: null }, 'forbidden'],
      ['viewer', { pageId: pages.a1.id, parentId: null }, 'forbidden'],
      ['guestOnPage', { pageId: pages.a1.id, parentId: null }, 'forbidden'],
      ['stranger', { pageId: pages.a1.id, parentId: null }, 'not-found'],
      ['owner', { pageId: pages.a1.id, parentId: pages.a1Child.id }, 'page-inside-itself'],
      ['owner', { pageId: pages.a1.id, parentId: null, afterId: randomUUID() }, 'sibling-not-found'],
    ],
  },
  restore_page: {
    accepted: async (world) => ['owner', { pageId: await deletedPage(world) }],
    refused: async (world) => {
      const pageId = await deletedPage(world)
      return [
        ['commenter', { pageId }, 'forbidden'],
        ['viewer', { pageId }, 'forbidden'],
        ['guestOnPage', { pageId }, 'not-found'],
        ['stranger', { pageId }, 'not-found'],
      ]
    },
  },
  set_presence: {
    accepted: async () => ['viewerNowhere', { status: 'idle' }],
    refused: nobody,
  },
  start_typing: {
    accepted: async ({ pages }) => ['guestOnPage', { pageId: pages.a1.id }],
    refused: async ({ pages }) => [
      ['stranger', { pageId: pages.a1.id }, 'not-found'],
      ['owner', { pageId: pages.a1.id }, 'not-found'],
    ],
  },
  stop_typing: {
    accepted: async ({ pages }) => ['guestOnPage', { pageId: pages.a1.id }],
    refused: async ({ pages }) => [['stranger', { pageId: pages.a1.id }, 'not-found']],
  },
  renew_token: {
    accepted: async ({ people }) => ['viewer', { token: people.viewer.session.accessToken }],
    refused: async (world) => [
      ['viewer', { token: world.people.owner.session.accessToken }, 'token-invalid'],
      ['viewer', { token: 'garbage' }, 'token-invalid'],
      ['viewer', { token: world.shortLived(world.people.viewer, -1) }, 'token-expired'],
      ['viewer', { token: (await endedSession(world)).session.accessToken }, 'session-ended'],
    ],
  },
  send_message: {
    accepted: async ({ pages }) => ['editorOnPage', newMessage(pages.a1.id)],
    told: 'viewerOnPage',
    refused: async ({ pages }) => [
      ['viewer', newMessage(pages.a1.id), 'forbidden'],
      ['guestOnPage', newMessage(pages.a1.id), 'forbidden'],
      ['guestOnPage', newMessage(pages.a2.id), 'not-found'],
      ['stranger', newMessage(pages.a1.id), 'not-found'],
      ['admin', newMessage(pages.c1.id), 'not-found'],
    ],
  },
  edit_message: {
    accepted: async (world) => [
      'editorOnPage',
      { messageId: (await say(world)).id, body: randomUUID(), mentions: [] },
    ],
    told: 'viewerOnPage',
    refused: async (world) => {
      const payload = { messageId: (await say(world)).id, body: 'x', mentions: [] }
      return [
        ['owner', payload, 'forbidden'],
        ['viewer', payload, 'forbidden'],
        ['stranger', payload, 'not-found'],
        ['owner', { ...payload, messageId: randomUUID() }, 'not-found'],
      ]
    },
  },
  delete_message: {
    accepted: async (world) => ['editorOnPage', { messageId: (await say(world)).id }],
    told: 'viewerOnPage',
    refused: async (world) => {
      const payload = { messageId: (await say(world)).id }
      return [
        ['commenter', payload, 'forbidden'],
        ['guestOnPage', payload, 'forbidden'],
        ['stranger', payload, 'not-found'],
      ]
    },
  },
  react_to_message: {
    accepted: async (world) => ['editorOnPage', await reaction(world)],
    told: 'viewerOnPage',
    refused: async (world) => {
      const payload = await reaction(world)
      return [
        ['viewer', payload, 'forbidden'],
        ['guestOnPage', payload, 'forbidden'],
        ['stranger', payload, 'not-found'],
      ]
    },
  },
  create_thread: {
    accepted: async ({ pages }) => ['owner', newThread(pages.a1.id)],
    told: 'editorOnPage',
    refused: async ({ pages }) => [
      ...refusedToReaders(newThread(pages.a1.id)),
      ['owner', newThread(pages.a1.id, { start: 'AAAA', end: 'AAAA' }), 'unknown-anchor'],
    ],
  },
  resolve_thread: {
    accepted: async (world) => ['owner', { ...(await begin(world)), resolved: true }],
    told: 'editorOnPage',
    refused: async (world) => refusedToReaders({ ...(await begin(world)), resolved: true }),
  },
  delete_thread: {
    accepted: async (world) => ['owner', await begin(world)],
    refused: async (world) => {
      const payload = await begin(world)
      return [...refusedToReaders(payload), ['commenter', payload, 'forbidden']]
    },
  },
  add_comment: {
    accepted: async (world) => ['owner', { ...(await begin(world)), ...newComment() }],
    told: 'editorOnPage',
    refused: async (world) => refusedToReaders({ ...(await begin(world)), ...newComment() }),
  },
  edit_comment: {
    accepted: async (world) => [
      'editorOnPage',
      { ...(await beginComment(world)), body: 'Better', mentions: [] },
    ],
    told: 'viewerOnPage',
    refused: async (world) => {
      const payload = { ...(await beginComment(world)), body: 'x', mentions: [] }
      return [...refusedToReaders(payload), ['owner', payload, 'forbidden']]
    },
  },
  delete_comment: {
    accepted: async (world) => ['editorOnPage', await beginComment(world)],
    told: 'viewerOnPage',
    refused: async (world) => {
      const payload = await beginComment(world)
      return [...refusedToReaders(payload), ['commenter', payload, 'forbidden']]
    },
  },
  mark_messages_read: {
    accepted: async (world) => [
      'owner',
      { pageId: world.pages.a1.id, revision: (await say(world)).revision },
    ],
    refused: async ({ pages }) => [
      ['stranger', { pageId: pages.a1.id, revision: 1 }, 'not-found'],
      ['guestOnPage', { pageId: pages.a2.id, revision: 1 }, 'not-found'],
    ],
  },
  mark_notification_read: {
    accepted: async (world) => {
      await say(world, [world.people.owner.session.user.id])
      return ['owner', { upTo: 1_000_000 }]
    },
    refused: async () => [['owner', { notificationId: randomUUID() }, 'not-found']],
  },
  cancel_stream: {
    accepted: async (world) => ['owner', { streamId: (await startStream(world)).id }],
    refused: async (world) => {
      const { id: streamId, end } = await startStream(world)
      await end()
      return [
        ['viewer', { streamId }, 'forbidden'],
        ['commenter', { streamId }, 'forbidden'],
        ['guestOnPage', { streamId }, 'forbidden'],
        ['stranger', { streamId }, 'not-found'],
        ['owner', { streamId: randomUUID() }, 'not-found'],
        ['owner', { streamId }, 'stream-ended'],
      ]
    },
  },

  page_created: {
    cause: async (world) => {
      const page = await world.newPage()
      return (fact) => fact.page.id === page.id
    },
    hears: IN_DRIVE,
  },
  page_updated: {
    cause: async ({ people, pages }) => {
      const title = randomUUID()
      await people.editor.request('PATCH', `/api/pages/${pages.a1.id}`, { title })
      return (fact) => fact.page.title === title
    },
    hears: [...IN_DRIVE, ...ON_PAGE],
  },
  page_deleted: {
    cause: async (world) => {
      const page = await world.newPage()
      await world.people.editor.request('DELETE', `/api/pages/${page.id}`)
      return (fact) => fact.pageId === page.id
    },
    hears: IN_DRIVE,
  },
  page_moved: {
    cause: async (world) => {
      const page = await world.newPage()
      await world.people.editor.request('POST', `/api/pages/${page.id}/move`, { parentId: null })
      return (fact) => fact.page?.id === page.id
    },
    hears: IN_DRIVE,
  },
  page_restored: {
    cause: async (world) => {
      const pageId = await deletedPage(world)
      await world.people.editor.request('POST', `/api/pages/${pageId}/restore`)
      return (fact) => fact.page.id === pageId
    },
    hears: IN_DRIVE,
  },
  page_content_updated: {
    cause: async ({ people, pages }) => {
      const text = { type: 'text', text: randomUUID() }
      const content = { type: 'doc', content: [{ type: 'paragraph', content: [text] }] }
      const { body } = await people.editor.request<{ seq: number }>(
        'PUT',
        `/api/pages/${pages.a1.id}/content`,
        content,
      )
      return (fact) => fact.pageId === pages.a1.id && fact.seq === body.seq
    },
    hears: ON_PAGE,
  },
  user_joined: {
    cause: async (world) => {
      await (await world.bring(world.people.admin)).request('join_page', { pageId: world.pages.a1.id })
      return (fact) => fact.user.userId === world.people.admin.session.user.id
    },
    hears: ON_PAGE,
  },
  user_left: {
    cause: async (world) => {
      const client = await world.bring(world.people.commenter)
      await client.request('join_page', { pageId: world.pages.a1.id })
      client.socket.disconnect()
      return (fact) => fact.userId === world.people.commenter.session.user.id
    },
    hears: ON_PAGE,
  },
  user_list_updated: {
    cause: async (world) => {
      await world.socket('guestOnPage').request('set_presence', { status: 'idle' })
      const { id } = world.people.guest.session.user
      return (fact) =>
        fact.pageId === world.pages.a1.id &&
        fact.users.some(({ userId, status }) => userId === id && status === 'idle')
    },
    hears: ON_PAGE,
  },
  drive_presence_updated: {
    cause: async (world) => {
      const { id: pageId } = world.pages.a1Child
      await (await world.bring(world.people.guest)).request('join_page', { pageId })
      return (fact) => fact.pages.some((page) => page.pageId === pageId && page.users.length === 1)
    },
    hears: IN_DRIVE,
  },
  typing_started: {
    cause: async ({ socket, pages, people }) => {
      await socket('guestOnPage').request('stop_typing', { pageId: pages.a1.id })
      await socket('guestOnPage').request('start_typing', { pageId: pages.a1.id })
      return (fact) => fact.userId === people.guest.session.user.id
    },
    hears: ['viewerOnPage', 'editorOnPage'],
  },
  typing_stopped: {
    cause: async ({ socket, pages, people }) => {
      await socket('viewerOnPage').request('start_typing', { pageId: pages.a1.id })
      await socket('viewerOnPage').request('stop_typing', { pageId: pages.a1.id })
      return (fact) => fact.userId === people.viewer.session.user.id
    },
    hears: ['guestOnPage', 'editorOnPage'],
  },
  message_created: {
    cause: async (world) => {
      const { id } = await say(world)
      return (fact) => fact.message.id === id
    },
    hears: ON_PAGE,
  },
  message_updated: {
    cause: async (world) => {
      const { id } = await say(world)
      await world.people.editor.request('PATCH', `/api/messages/${id}`, { body: 'Better' })
      return (fact) => fact.message.id === id
    },
    hears: ON_PAGE,
  },
  message_deleted: {
    cause: async (world) => {
      const { id } = await say(world)
      await world.people.editor.request('DELETE', `/api/messages/${id}`)
      return (fact) => fact.message.id === id
    },
    hears: ON_PAGE,
  },
  thread_created: {
    cause: async (world) => {
      const { threadId } = await begin(world)
      return (fact) => fact.thread.id === threadId
    },
    hears: ON_PAGE,
  },
  thread_updated: {
    cause: async (world) => {
      const { threadId, pageId } = await begin(world)
      await world.people.commenter.request('PATCH', `/api/pages/${pageId}/threads/${threadId}`, {
        resolved: true,
      })
      return (fact) => fact.thread.id === threadId
    },
    hears: ON_PAGE,
  },
  thread_deleted: {
    cause: async (world) => {
      const { threadId, pageId } = await begin(world)
      await world.people.admin.request('DELETE', `/api/pages/${pageId}/threads/${threadId}`)
      return (fact) => fact.threadId === threadId
    },
    hears: ON_PAGE,
  },
  comment_created: {
    cause: async (world) => {
      const { threadId, pageId } = await begin(world)
      const path = `/api/pages/${pageId}/threads/${threadId}/comments`
      await world.people.commenter.request('POST', path, newComment())
      return (fact) => fact.comment.threadId === threadId
    },
    hears: ON_PAGE,
  },
  comment_updated: {
    cause: async (world) => {
      const { threadId, pageId, commentId } = await beginComment(world)
      const path = `/api/pages/${pageId}/threads/${threadId}/comments/${commentId}`
      await world.people.editor.request('PATCH', path, { body: 'Better' })
      return (fact) => fact.comment.id === commentId
    },
    hears: ON_PAGE,
  },
  comment_deleted: {
    cause: async (world) => {
      const { threadId, pageId, commentId } = await beginComment(world)
      const path = `/api/pages/${pageId}/threads/${threadId}/comments/${commentId}`
      await world.people.editor.request('DELETE', path)
      return (fact) => fact.comment.id === commentId
    },
    hears: ON_PAGE,
  },
  unread_count_updated: {
    cause: async (world) => {
      const { pageId, revision } = await say(world)
      const last = await say(world)
      await world.people.admin.request('PUT', `/api/pages/${pageId}/messages/read`, { revision })
      return (fact) => fact.revision === last.revision && fact.readRevision === revision
    },
    hears: ['admin'],
  },
  notification_created: {
    cause: async (world) => {
      const { id } = await say(world, [world.people.admin.session.user.id])
      return (fact) => fact.notification.message?.id === id
    },
    hears: ['admin'],
  },
  notifications_changed: {
    cause: async (world) => {
      await say(world, [world.people.admin.session.user.id])
      const upTo = 1_000_000
      const { admin } = world.people
      const answer = await admin.request<{ revision: number }>('PUT', '/api/me/notifications/read', { upTo })
      return (fact) => fact.revision === answer.body.revision
    },
    hears: ['admin'],
  },
  member_added: {
    cause: async (world) => {
      const { userId } = await addNewcomer(world)
      return (fact) => fact.member.userId === userId
    },
    hears: [...IN_DRIVE, 'newcomer'],
  },
  member_updated: {
    cause: async (world) => {
      const { path, userId } = await addNewcomer(world)
      await world.people.owner.request('PATCH', path, { role: 'editor' })
      return (fact) => fact.member.userId === userId && fact.member.role === 'editor'
    },
    hears: [...IN_DRIVE, 'newcomer'],
  },
  member_removed: {
    cause: async (world) => {
      const { path, userId } = await addNewcomer(world)
      await world.people.owner.request('DELETE', path)
      return (fact) => fact.userId === userId
    },
    hears: [...IN_DRIVE, 'newcomer'],
  },
  access_changed: {
    cause: async (world) => {
      await addNewcomer(world)
      return (fact) => fact.driveId === world.driveA.id && fact.reason === 'member-added'
    },
    hears: ['newcomer'],
  },
  access_revoked: {
    cause: async (world) => {
      await world.people.owner.request('DELETE', (await addNewcomer(world)).path)
      return (fact) => fact.driveId === world.driveA.id && fact.reason === 'member-removed'
    },
    hears: ['newcomer'],
  },
  stream_started: streamRow(async () => undefined),
  stream_chunk: streamRow((send) => send('chunks', { index: 0, text: 'Hello' })),
  stream_completed: streamRow((send) => send('complete')),
  stream_failed: {
    cause: async (world) => {
      const { id, send, service } = await startStream(world)
      await world.bring(world.people.viewer, await service.token())
      await send('fail', { message: 'Out of words.' })
      return (fact) => fact.streamId === id
    },
    hears: [...ON_PAGE, 'newcomer'],
  },
  tool_started: streamRow((send) => send('tools', toolAs('started'))),
  tool_progressed: streamRow(async (send) => {
    await send('tools', toolAs('started'))
    await send('tools', { ...toolAs('progressed'), note: 'Half of it' })
  }),
  tool_completed: streamRow((send) => send('tools', toolAs('completed'))),
  token_expiring: {
    cause: async (world) => {
      await world.bring(world.people.viewer, world.shortLived(world.people.viewer, 30))
      return () => true
    },
    hears: ['newcomer'],
  },
  session_ended: {
    cause: async (world) => {
      const { session, cookie } = await signInAgain(world)
      await world.bring({ ...world.people.viewer, session })
      await request(world.server.url, 'POST', '/api/auth/logout', { headers: { cookie } })
      return (fact) => fact.reason === 'session-ended'
    },
    hears: ['newcomer'],
  },
  server_notice: {
    cause: async ({ server }) => {
      server.announce('Cake in the kitchen.')
      return (fact) => fact.message === 'Cake in the kitchen.'
    },
    hears: EVERYBODY,
  },
  server_draining: {
    cause: async ({ server, socket }) => {
      // Who came for a test before this one may still be here, and would hear of it as well.
      socket('newcomer')?.close()
      await server.close()
      return (fact) => fact.comeBackInMs >= 0 && fact.comeBackInMs < 5_000
    },
    hears: EVERYBODY,
  },
}

const newPage = (driveId: string) => ({
  id: randomUUID(),
  driveId,
  title: 'By request',
  icon: null,
  parentId: null,
})

/** A page that is in the trash. */
async function deletedPage(world: EventsWorld): Promise<string> {
  const { id } = await world.newPage()
  await world.people.editor.request('DELETE', `/api/pages/${id}`)
  return id
}
const TOOL_ID = randomUUID()
const toolAs = (status: string) => ({ id: TOOL_ID, name: 'Search', status })

/** A stream on page A1, by a service account of its own. */
async function startStream({ server, people, driveA, pages }: EventsWorld) {
  const service = await createService(server.url, people.owner, driveA.id)
  const { id, path } = await service.startStream(pages.a1.id)
  const send = (step: string, body?: unknown) => service.ask('POST', `${path}/${step}`, body)
  return { id, service, send, end: () => send('complete') }
}

/** What everybody on the page hears of a stream and nobody else. */
function streamRow(act: (send: (step: string, body?: unknown) => Promise<unknown>) => Promise<unknown>) {
  return {
    cause: async (world: EventsWorld) => {
      const { id, send, end } = await startStream(world)
      await act(send)
      await end()
      return (fact: { streamId: string }) => fact.streamId === id
    },
    hears: ON_PAGE,
  }
}

const newMessage = (pageId: string) => ({
  ...{ pageId, id: randomUUID(), body: 'By request', parentId: null, mentions: [] },
})

/** What the editor says on page A1 and whom it mentions. */
async function say({ people, pages }: EventsWorld, mentions: string[] = []): Promise<Message> {
  const path = `/api/pages/${pages.a1.id}/messages`
  return (await people.editor.request<Message>('POST', path, { body: 'Hello', mentions })).body
}

/** What those are told who may read page A1 and no more, and who may not even that. */
const refusedToReaders = <Payload>(payload: Payload) =>
  [
    ['viewer', payload, 'forbidden'],
    ['guestOnPage', payload, 'forbidden'],
    ['stranger', payload, 'not-found'],
  ] as const satisfies readonly (readonly [SocketName, Payload, ProblemCode])[]

const newComment = () => ({ id: randomUUID(), body: 'By request', mentions: [] })
const newThread = (pageId: string, anchor = EMPTY_ANCHOR) => ({
  ...{ pageId, id: randomUUID(), anchor, quote: 'text', comment: newComment() },
})

/** A thread of the editor's on page A1, with its first comment. */
async function beginComment({ people, pages }: EventsWorld) {
  const pageId = pages.a1.id
  const { body: thread } = await comment(people.editor, pageId, { anchor: EMPTY_ANCHOR })
  return { pageId, threadId: thread.id, commentId: (thread as Thread).comments[0]?.id as string }
}

async function begin(world: EventsWorld) {
  const { commentId: _commentId, ...thread } = await beginComment(world)
  return thread
}

const reaction = async (world: EventsWorld) => ({
  ...{ messageId: (await say(world)).id, emoji: '👍', reacted: true },
})

/** Somebody new, connected, and then made a viewer of drive A; answers where that membership is. */
async function addNewcomer(world: EventsWorld): Promise<{ path: string; userId: string }> {
  const newcomer = await register(world.server.url, 'Newcomer')
  await world.bring(newcomer)
  const { id: userId } = newcomer.session.user
  await addMember(world.people.owner, newcomer, 'viewer')
  return { path: `/api/drives/${world.driveA.id}/members/${userId}`, userId }
}

/** The viewer, signed in once more. */
async function signInAgain({ server, people }: EventsWorld): Promise<Pick<Person, 'session' | 'cookie'>> {
  const { email, password } = people.viewer
  const answer = await request<Person['session']>(server.url, 'POST', '/api/auth/login', {
    body: { email, password },
  })
  return { session: answer.body, cookie: answer.headers.getSetCookie()[0]?.split(';')[0] ?? '' }
}

async function endedSession(world: EventsWorld): Promise<Pick<Person, 'session'>> {
  const { session, cookie } = await signInAgain(world)
  await request(world.server.url, 'POST', '/api/auth/logout', { headers: { cookie } })
  return { session }
}

/** Payloads that no request takes: of no shape at all, and the right one with each field spoilt. */
function malformed(payload: object): unknown[] {
  const spoilt = Object.keys(payload).map((field) => ({ ...payload, [field]: { $ne: 1 } }))
  return [undefined, null, 4, 'text', [], [payload], {}, Buffer.from('x'), ...spoilt]
}

describe.each([['websocket'], ['polling']])('over %s', (transport) => {
  let world: EventsWorld
  beforeAll(async () => {
    world = await createEventsWorld(transport)
  })
  afterAll(() => world.close())

  describe.each(Object.keys(requests) as RequestName[])('%s', (name) => {
    const row = TABLE[name] as RequestRow<RequestName>
    const contract: RequestContract = requests[name]

    test('is answered as the contract says, and its answer stands for what it says', async () => {
      const [sender, payload] = await row.accepted(world)
      const others = row.told ?? 'ownerTab'
      await world.settle()
      const seen = (socket: SocketName, fact: FactName) => world.socket(socket).pending(fact).length
      const said = (contract.says ?? []) as FactName[]
      const before = said.map((fact) => [seen(sender, fact), seen(others, fact)] as const)
      const ack = await world.socket(sender).request(name, payload)
      expect(ack).toMatchObject({ ok: true })
      expect(contract.ack.parse(ack)).toEqual(ack)
      for (const [index, fact] of said.entries()) {
        const [own, other] = before[index] as readonly [number, number]
        await until(() => seen(others, fact) > other)
        await world.settle()
        expect(seen(sender, fact)).toBe(own)
      }
    })

    test('A1 A2 · is refused to those who may not', async () => {
      for (const [sender, payload, code] of await row.refused(world)) {
        const ack = errorAckSchema.parse(await world.socket(sender).request(name, payload))
        expect([sender, ack.error.code]).toEqual([sender, code])
        expect([...contract.errors, 'token-expired']).toContain(code)
      }
    })

    test('A5 · is refused when it is malformed', async () => {
      const [sender, payload] = await row.accepted(world)
      for (const bad of malformed(payload)) {
        const ack = errorAckSchema.parse(await world.socket(sender).request(name, bad))
        expect([bad, ack.error.code]).toEqual([bad, 'invalid-request'])
      }
    })
  })

  test('settling does not fail for who is put out meanwhile', async () => {
    const client = await world.bring(world.people.viewer)
    const settled = world.settle()
    client.socket.disconnect()
    await settled
  })

  // What ends the server comes last.
  const factNames = (Object.keys(facts) as FactName[]).filter((name) => name !== 'server_draining')
  test.each([...factNames, 'server_draining'] as FactName[])(
    'A1 E3 · %s reaches exactly those who should have it, once each',
    async (name) => {
      const row = TABLE[name] as FactRow<FactName>
      for (const socket of SOCKETS) world.socket(socket).pending(name).splice(0)
      const isCaused = await row.cause(world)
      const heardBy = (socket: SocketName) =>
        ((world.socket(socket)?.pending(name) ?? []) as Facts[FactName][]).filter(isCaused)
      await until(() => row.hears.every((socket) => heardBy(socket).length > 0)).catch(() => undefined)
      await world.settle()
      const heard = ([...SOCKETS, 'newcomer'] as const).filter((socket) => heardBy(socket).length > 0)
      expect(heard.toSorted()).toEqual([...row.hears].sort())
      for (const socket of heard) {
        const ids = heardBy(socket).map(({ eventId }) => eventId)
        expect([socket, new Set(ids).size]).toEqual([socket, ids.length])
      }
    },
  )
})
