import { Button } from '@mantine/core'
import { Fragment } from 'react'
import { Composer } from './Composer.tsx'
import { MessageItem } from './MessageItem.tsx'
import classes from './MessagesPanel.module.css'
import type { Thread } from './message-list.ts'
import type { useConversation } from './use-conversation.ts'
import type { Mentionable } from './use-mentionable.ts'

/** A message, what was replied to it, and the way to reply. */
export function ThreadItem(props: {
  thread: Thread
  conversation: ReturnType<typeof useConversation>
  people: readonly Mentionable[]
  pageId: string
  canWrite: boolean
  isAdmin: boolean
  /** Before this one the line stands that says what is new. */
  firstUnreadId: string | undefined
  isReplying: boolean
  onReply: (isReplying: boolean) => void
}) {
  const { thread, conversation, people, pageId, canWrite, isReplying, onReply } = props
  const { message, replies } = thread
  // Replies have no replies: one to a message that is not loaded goes where that one is.
  const parentId = message.parentId ?? message.id
  const items = [message, ...replies.filter(({ deletedAt }) => deletedAt === null)]
  return (
    <li className={classes.thread}>
      {items.map((item) => (
        <Fragment key={item.id}>
          {item.id === props.firstUnreadId && (
            <p className={classes.newLine} data-testid="new-line">
              New
            </p>
          )}
          <MessageItem
            message={item}
            isReply={item !== message || message.parentId !== null}
            conversation={conversation}
            people={people}
            pageId={pageId}
            canWrite={canWrite}
            canDelete={props.isAdmin}
          />
        </Fragment>
      ))}
      {canWrite &&
        (isReplying ? (
          <div className={classes.replyField}>
            <Composer
              pageId={pageId}
              label="Write a reply"
              place={`answer ${parentId}`}
              people={people}
              isFocused
              onSend={async (draft) => {
                await conversation.send({ ...draft, parentId })
                onReply(false)
              }}
              onCancel={() => onReply(false)}
            />
          </div>
        ) : (
          <Button
            className={classes.reply ?? ''}
            size="compact-xs"
            variant="subtle"
            color="gray"
            aria-label={`Reply to ${message.author.name}`}
            onClick={() => onReply(true)}
          >
            Reply
          </Button>
        ))}
    </li>
  )
}
