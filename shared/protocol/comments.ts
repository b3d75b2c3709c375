import { z } from 'zod'
import {
  addCommentBodySchema,
  commentSchema,
  createThreadBodySchema,
  editCommentBodySchema,
  resolveThreadBodySchema,
  threadSchema,
} from '../api/comments.ts'
import type { FactContract, RequestContract } from './contract.ts'
import { ackSchema } from './envelope.ts'

const idSchema = z.uuid().toLowerCase()
const threadIdSchema = z.object({ pageId: idSchema, threadId: idSchema })
const commentIdSchema = threadIdSchema.extend({ commentId: idSchema })
const threadAckSchema = ackSchema({ thread: threadSchema })
const commentAckSchema = ackSchema({ comment: commentSchema })

const PAGE_ERRORS = ['page-too-large', 'page-unreadable'] as const

export const commentRequests = {
  create_thread: {
    summary:
      'Comment on a piece of a page’s text; idempotent by the thread’s id. As POST /api/pages/:pageId/threads.',
    who: 'commenters of the page and above',
    payload: createThreadBodySchema.extend({
      pageId: idSchema,
      id: idSchema,
      comment: addCommentBodySchema.extend({ id: idSchema }),
    }),
    ack: threadAckSchema,
    errors: [
      ...(['not-found', 'forbidden', 'id-taken', 'unknown-user', 'unknown-anchor', 'limit-reached'] as const),
      ...PAGE_ERRORS,
      'session-ended',
    ],
    rate: 'change',
    says: ['thread_created'],
  },
  resolve_thread: {
    summary:
      'Say that a thread is settled, or that it is not. As PATCH /api/pages/:pageId/threads/:threadId.',
    who: 'commenters of the page and above',
    payload: threadIdSchema.extend(resolveThreadBodySchema.shape),
    ack: threadAckSchema,
    errors: ['not-found', 'forbidden', 'session-ended'],
    rate: 'change',
    says: ['thread_updated'],
  },
  delete_thread: {
    summary: 'Delete a thread with its comments. As DELETE /api/pages/:pageId/threads/:threadId.',
    who: 'who began it, while they may comment on the page; admins any thread',
    payload: threadIdSchema,
    ack: ackSchema({}),
    errors: ['not-found', 'forbidden', 'session-ended'],
    rate: 'change',
  },
  add_comment: {
    summary: 'Reply in a thread; idempotent by id. As POST /api/pages/:pageId/threads/:threadId/comments.',
    who: 'commenters of the page and above',
    payload: threadIdSchema.extend(addCommentBodySchema.shape).extend({ id: idSchema }),
    ack: commentAckSchema,
    errors: ['not-found', 'forbidden', 'id-taken', 'unknown-user', 'limit-reached', 'session-ended'],
    rate: 'change',
    says: ['comment_created'],
  },
  edit_comment: {
    summary:
      'Change what one’s own comment says. As PATCH /api/pages/:pageId/threads/:threadId/comments/:commentId.',
    who: 'the author, while they may comment on the page',
    payload: commentIdSchema.extend(editCommentBodySchema.shape),
    ack: commentAckSchema,
    errors: ['not-found', 'forbidden', 'unknown-user', 'session-ended'],
    rate: 'change',
    says: ['comment_updated'],
  },
  delete_comment: {
    summary:
      'Delete a comment; its place stays. As DELETE /api/pages/:pageId/threads/:threadId/comments/:commentId.',
    who: 'the author, while they may comment on the page; admins any comment',
    payload: commentIdSchema,
    ack: commentAckSchema,
    errors: ['not-found', 'forbidden', 'session-ended'],
    rate: 'change',
    says: ['comment_deleted'],
  },
} as const satisfies Record<string, RequestContract>

/** `revision` counts the changes to one page's comments, without gaps: a client that sees one refetches. */
const factSchema = z.object({ eventId: z.uuid(), pageId: z.uuid(), revision: z.int() })
const onPage = { who: 'everyone on the page', rooms: ['page'] } as const
const changedThread = { ...onPage, payload: factSchema.extend({ thread: threadSchema }) } as const
const changedComment = { ...onPage, payload: factSchema.extend({ comment: commentSchema }) } as const

export const commentFacts = {
  thread_created: { ...changedThread, summary: 'Somebody commented on a piece of the page’s text.' },
  thread_updated: {
    ...onPage,
    payload: factSchema.extend({ thread: threadSchema.omit({ comments: true }) }),
    summary: 'A thread was settled, or is open again; its comments are what they were.',
  },
  thread_deleted: {
    ...onPage,
    payload: factSchema.extend({ threadId: z.uuid() }),
    summary: 'A thread was deleted with its comments.',
  },
  comment_created: { ...changedComment, summary: 'Somebody replied in a thread.' },
  comment_updated: { ...changedComment, summary: 'A comment’s text or mentions changed.' },
  comment_deleted: {
    ...changedComment,
    summary: 'A comment was deleted; what is left of it keeps its place.',
  },
} as const satisfies Record<string, FactContract>
