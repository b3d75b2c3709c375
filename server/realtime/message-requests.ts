import type { MessageOperations } from '../workspace/messages.ts'
import type { RequestHandlers } from './answer-requests.ts'

/** What is said on pages: the same operations as over REST. */
export function createMessageRequests({
  messages,
}: {
  readonly messages: Pick<MessageOperations, 'send' | 'edit' | 'remove' | 'react' | 'markRead'>
}): RequestHandlers<
  'send_message' | 'edit_message' | 'delete_message' | 'react_to_message' | 'mark_messages_read'
> {
  return {
    async send_message({ data: { identity } }, { pageId, ...body }) {
      return { ok: true, message: await messages.send(identity, pageId, body) }
    },

    async edit_message({ data: { identity } }, { messageId, ...body }) {
      return { ok: true, message: await messages.edit(identity, messageId, body) }
    },

    async delete_message({ data: { identity } }, { messageId }) {
      return { ok: true, message: await messages.remove(identity, messageId) }
    },

    async react_to_message({ data: { identity } }, { messageId, emoji, reacted }) {
      return { ok: true, message: await messages.react(identity, messageId, emoji, reacted) }
    },

    async mark_messages_read({ data: { identity } }, { pageId, revision }) {
      return { ok: true, unread: await messages.markRead(identity, pageId, revision) }
    },
  }
}
