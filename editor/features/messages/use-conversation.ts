import { notifications } from '@mantine/notifications'
import { type UseQueryResult, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useEffect } from 'react'
import type { Message, UnreadCount } from '../../../shared/api/messages.ts'
import { describeError } from '../../api/api-error.ts'
import type { MessageDraft } from '../../api/message-calls.ts'
import { usePerson } from '../../app/person.ts'
import { usePollInterval } from '../../app/queries.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { useRealtime } from '../../realtime/realtime-context.ts'
import { useRoom } from '../../realtime/use-room.ts'
import { useServerEvent } from '../../realtime/use-server-event.ts'
import { type Conversation, takeMessage, toConversation, withOlder } from './message-list.ts'
import { takeUnread } from './use-unread.ts'

/** A page's messages, kept up to date, and what one can do among them. */
export function useConversation(pageId: string): {
  readonly list: UseQueryResult<Conversation>
  readonly isLoadingOlder: boolean
  loadOlder(): void
  /** Resolves when it is written; rejects, and tells, when it is not. */
  send(draft: MessageDraft & { parentId: string | null; id: string }): Promise<void>
  edit(messageId: string, draft: MessageDraft): Promise<void>
  remove(messageId: string): void
  react(message: Message, emoji: string): void
  markRead(revision: number): void
} {
  const { api, userId } = usePerson()
  const queries = useQueryClient()
  const realtime = useRealtime()
  const queryKey = queryKeys.messages(pageId)
  useRoom({ pageId })
  const list = useQuery({
    queryKey,
    queryFn: async () => toConversation(await api.listMessages(pageId)),
    // What was said while nobody looked was not followed.
    refetchOnMount: 'always',
    refetchInterval: usePollInterval(),
  })

  function take(message: Message, revision: number): void {
    const before = queries.getQueryData<Conversation>(queryKey)
    if (message.pageId !== pageId || !before) return
    const next = takeMessage(before, message, revision)
    if (next === 'refetch') void queries.invalidateQueries({ queryKey })
    else queries.setQueryData(queryKey, next)
  }
  useServerEvent('message_created', ({ message, revision }) => take(message, revision))
  useServerEvent('message_updated', ({ message, revision }) => take(message, revision))
  useServerEvent('message_deleted', ({ message, revision }) => take(message, revision))
  useEffect(
    () =>
      realtime.onJoined((joined) => {
        if (!('pageId' in joined) || joined.pageId !== pageId) return
        const before = queries.getQueryData<Conversation>(queryKeys.messages(pageId))
        if (before && before.revision !== joined.messagesRevision)
          void queries.invalidateQueries({ queryKey: queryKeys.messages(pageId) })
      }),
    [realtime, queries, pageId],
  )

  const { mutateAsync: change } = useMutation({
    mutationFn: (make: () => Promise<Message>) => make(),
    onSuccess: (message) => take(message, message.revision),
    onError: (error) =>
      notifications.show({ color: 'red', title: 'That did not work', message: describeError(error) }),
  })
  const older = useMutation({
    mutationFn: (before: number) => api.listMessages(pageId, before),
    onSuccess: (answer) =>
      queries.setQueryData<Conversation>(queryKey, (before) => before && withOlder(before, answer)),
    onError: (error) =>
      notifications.show({
        ...{ color: 'red', title: 'Older messages cannot be shown now' },
        message: describeError(error),
      }),
  })
  const { mutate: markRead } = useMutation({
    mutationFn: (revision: number) => api.markMessagesRead(pageId, revision),
    onSuccess: (count) =>
      queries.setQueryData<UnreadCount[]>(queryKeys.unread, (items) => items && takeUnread(items, count)),
  })

  return {
    list,
    isLoadingOlder: older.isPending,
    loadOlder() {
      const cursor = list.data?.older
      if (cursor !== undefined) older.mutate(cursor)
    },
    send: (draft) => change(() => api.sendMessage(pageId, draft)).then(() => undefined),
    edit: (messageId, draft) => change(() => api.editMessage(messageId, draft)).then(() => undefined),
    remove: (messageId) => void change(() => api.deleteMessage(messageId)).catch(() => undefined),
    react(message, emoji) {
      const own = message.reactions.find((reaction) => reaction.emoji === emoji)
      const isOwn = own?.userIds.includes(userId) ?? false
      void change(() => api.reactToMessage(message.id, emoji, !isOwn)).catch(() => undefined)
    },
    markRead,
  }
}
