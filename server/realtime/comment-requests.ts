import type { CommentOperations } from '../workspace/comments.ts'
import type { RequestHandlers } from './answer-requests.ts'

/** Comments on pages' text: the same operations as over REST. */
export function createCommentRequests({
  comments,
}: {
  readonly comments: Omit<CommentOperations, 'list' | 'readRevision'>
}): RequestHandlers<
  'create_thread' | 'resolve_thread' | 'delete_thread' | 'add_comment' | 'edit_comment' | 'delete_comment'
> {
  return {
    async create_thread({ data: { identity } }, { pageId, ...body }) {
      return { ok: true, thread: await comments.createThread(identity, pageId, body) }
    },

    async resolve_thread({ data: { identity } }, { pageId, threadId, resolved }) {
      return { ok: true, thread: await comments.resolve(identity, pageId, threadId, resolved) }
    },

    async delete_thread({ data: { identity } }, { pageId, threadId }) {
      await comments.removeThread(identity, pageId, threadId)
      return { ok: true }
    },

    async add_comment({ data: { identity } }, { pageId, threadId, ...body }) {
      return { ok: true, comment: await comments.reply(identity, pageId, threadId, body) }
    },

    async edit_comment({ data: { identity } }, { body, mentions, ...place }) {
      return { ok: true, comment: await comments.edit(identity, place, { body, mentions }) }
    },

    async delete_comment({ data: { identity } }, place) {
      return { ok: true, comment: await comments.remove(identity, place) }
    },
  }
}
