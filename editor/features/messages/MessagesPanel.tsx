import { ActionIcon, Button, Tooltip } from '@mantine/core'
import { IconX } from '@tabler/icons-react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { isAtLeast } from '../../../shared/roles.ts'
import { describeError } from '../../api/api-error.ts'
import { usePerson } from '../../app/person.ts'
import { usePage } from '../../app/queries.ts'
import { LoadingRows } from '../page-tree/LoadingRows.tsx'
import { Composer } from './Composer.tsx'
import classes from './MessagesPanel.module.css'
import { listThreads } from './message-list.ts'
import { StreamItem } from './StreamItem.tsx'
import { ThreadItem } from './ThreadItem.tsx'
import { TypingLine } from './TypingLine.tsx'
import { useConversation } from './use-conversation.ts'
import { useMentionable } from './use-mentionable.ts'
import { useStreams } from './use-streams.ts'
import { useReadPlace } from './use-unread.ts'

/** How near the end one must be for new messages to be scrolled to, px. */
const NEAR_END = 80

/** What people say about a page, and what assistants write there at this moment. */
export default function MessagesPanel({ pageId, onClose }: { pageId: string; onClose: () => void }) {
  const { userId } = usePerson()
  const { data: page } = usePage(pageId)
  const conversation = useConversation(pageId)
  const streams = useStreams(pageId).data ?? []
  const people = useMentionable(page)
  const { list, markRead } = conversation
  const [replyTo, setReplyTo] = useState<string | null>(null)
  const messages = list.data?.items ?? []
  const threads = listThreads(messages)
  const canWrite = page !== undefined && isAtLeast(page.role, 'commenter')
  const revision = list.data?.revision

  // Where the person had read to when they came; the line stays there while they read on.
  const readPlace = useReadPlace(pageId)
  const isSeen = useIsVisible()
  useEffect(() => {
    if (isSeen && revision !== undefined && revision > 0) markRead(revision)
  }, [isSeen, revision, markRead])

  const scroller = useRef<HTMLDivElement>(null)
  const isAtEnd = useRef(true)
  const lastNumber = messages.at(-1)?.number
  const streamed = streams.reduce((sum, { revision: step }) => sum + step, 0)
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is new at the end is scrolled to
  useLayoutEffect(() => {
    const element = scroller.current
    if (element && isAtEnd.current) element.scrollTop = element.scrollHeight
  }, [lastNumber, streamed])

  const firstUnread =
    readPlace === null
      ? undefined
      : messages.find(({ number, author }) => number > readPlace && author.userId !== userId)
  return (
    <section className={classes.panel} aria-label="Messages" data-testid="messages-panel">
      <header className={classes.head}>
        <h2>Messages</h2>
        <Tooltip label="Close messages">
          <ActionIcon aria-label="Close the messages" onClick={onClose}>
            <IconX size={18} stroke={1.7} />
          </ActionIcon>
        </Tooltip>
      </header>
      <div
        ref={scroller}
        className={classes.scroller}
        // biome-ignore lint/a11y/noNoninteractiveTabindex: without a mouse it is scrolled by its keys
        tabIndex={0}
        role="log"
        aria-label="What was said"
        onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
          isAtEnd.current = scrollHeight - scrollTop - clientHeight < NEAR_END
        }}
      >
        {list.isPending && <LoadingRows />}
        {list.isError && !list.data && (
          <div className={classes.empty}>
            <p>{describeError(list.error)}</p>
            <Button size="xs" variant="default" onClick={() => void list.refetch()}>
              Try again
            </Button>
          </div>
        )}
        {list.data?.older !== undefined && (
          <Button
            className={classes.older ?? ''}
            size="xs"
            variant="default"
            loading={conversation.isLoadingOlder}
            onClick={conversation.loadOlder}
          >
            Show earlier messages
          </Button>
        )}
        {list.data && threads.length === 0 && streams.length === 0 && (
          <p className={classes.empty}>
            {canWrite
              ? 'Nothing was said yet. Ask something, or tell the others what you are up to.'
              : 'Nothing was said yet.'}
          </p>
        )}
        <ul className={classes.list}>
          {threads.map((thread) => (
            <ThreadItem
              key={thread.message.id}
              thread={thread}
              conversation={conversation}
              people={people}
              pageId={pageId}
              canWrite={canWrite}
              isAdmin={page !== undefined && isAtLeast(page.role, 'admin')}
              firstUnreadId={firstUnread?.id}
              isReplying={replyTo === thread.message.id}
              onReply={(isReplying) => setReplyTo(isReplying ? thread.message.id : null)}
            />
          ))}
          {streams.map((stream) => (
            <StreamItem
              key={stream.id}
              stream={stream}
              canCancel={page !== undefined && isAtLeast(page.role, 'editor')}
            />
          ))}
        </ul>
      </div>
      <footer className={classes.foot}>
        <TypingLine pageId={pageId} />
        {canWrite ? (
          <Composer
            key={pageId}
            pageId={pageId}
            place={`message ${pageId}`}
            label="Write a message"
            people={people}
            onSend={(draft) => {
              isAtEnd.current = true
              return conversation.send({ ...draft, parentId: null })
            }}
          />
        ) : (
          page && (
            <p className={classes.hint}>You may read along. To write, ask for the role of a commenter.</p>
          )
        )}
      </footer>
    </section>
  )
}

/** Whether the person looks at this tab. */
function useIsVisible(): boolean {
  const [isVisible, setVisible] = useState(document.visibilityState === 'visible')
  useEffect(() => {
    const look = (): void => setVisible(document.visibilityState === 'visible')
    document.addEventListener('visibilitychange', look)
    return () => document.removeEventListener('visibilitychange', look)
  }, [])
  return isVisible
}
