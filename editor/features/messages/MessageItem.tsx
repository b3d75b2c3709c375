import { ActionIcon, Menu, Popover, Tooltip } from '@mantine/core'
import { IconDots, IconMoodPlus, IconPencil, IconTrash } from '@tabler/icons-react'
import { useState } from 'react'
import type { Message } from '../../../shared/api/messages.ts'
import { formatAgo, formatMoment } from '../../app/format-time.ts'
import { usePerson } from '../../app/person.ts'
import { PersonAvatar } from '../presence/PersonAvatar.tsx'
import { Composer } from './Composer.tsx'
import classes from './MessagesPanel.module.css'
import { splitMessage } from './message-text.ts'
import type { useConversation } from './use-conversation.ts'
import type { Mentionable } from './use-mentionable.ts'

/** The reactions that are offered. */
const REACTIONS = ['👍', '❤️', '😄', '🎉', '👀', '✅', '🙏', '🤔'] as const

/** One message: who wrote it and when, what it says, what others put below it. */
export function MessageItem(props: {
  message: Message
  isReply: boolean
  conversation: ReturnType<typeof useConversation>
  people: readonly Mentionable[]
  pageId: string
  canWrite: boolean
  /** Whether it may be deleted by somebody who did not write it. */
  canDelete: boolean
}) {
  const { message, conversation, people, pageId, canWrite } = props
  const { user } = usePerson()
  const [isEditing, setEditing] = useState(false)
  const { author } = message
  const isOwn = author.userId === user.id
  const everybody = [...people, { userId: user.id, name: user.name, color: user.color }]
  const nameOf = (userId: string) => everybody.find((person) => person.userId === userId)?.name
  if (message.deletedAt !== null)
    return <p className={`${classes.message} ${classes.hint}`}>This message was deleted.</p>
  const canChange = canWrite && (isOwn || props.canDelete)
  return (
    <article
      className={classes.message}
      data-reply={props.isReply || undefined}
      data-testid="message"
      aria-label={`${author.name}, ${formatAgo(message.createdAt)}`}
    >
      <PersonAvatar name={author.name} color={author.color} size={props.isReply ? 22 : 28} />
      <div className={classes.content}>
        <div className={classes.meta}>
          <strong>
            <bdi>{author.name}</bdi>
          </strong>
          {author.kind !== 'user' && <span>{author.kind === 'guest' ? 'guest' : 'assistant'}</span>}
          <time dateTime={message.createdAt} title={formatMoment(message.createdAt)}>
            {formatAgo(message.createdAt)}
          </time>
          {message.editedAt && <span title={formatMoment(message.editedAt)}>edited</span>}
        </div>
        {isEditing ? (
          <Composer
            pageId={pageId}
            label="Change the message"
            people={people}
            body={message.body}
            isFocused
            onSend={async ({ body, mentions }) => {
              await conversation.edit(message.id, { body, mentions })
              setEditing(false)
            }}
            onCancel={() => setEditing(false)}
          />
        ) : (
          <p className={classes.body} dir="auto">
            {splitMessage(
              message.body,
              message.mentions.flatMap((userId) => nameOf(userId) ?? []),
            ).map((piece, index) => {
              // biome-ignore-start lint/suspicious/noArrayIndexKey: the pieces of one text never change places
              if (piece.kind === 'link')
                return (
                  <a key={index} href={piece.href} target="_blank" rel="noopener noreferrer nofollow">
                    {piece.text}
                  </a>
                )
              if (piece.kind === 'mention')
                return (
                  <span key={index} className={classes.mention}>
                    {piece.text}
                  </span>
                )
              return piece.text
              // biome-ignore-end lint/suspicious/noArrayIndexKey: the pieces of one text never change places
            })}
          </p>
        )}
        <div className={classes.reactions}>
          {message.reactions.map(({ emoji, userIds }) => {
            const names = userIds
              .map((id) => (id === user.id ? 'you' : (nameOf(id) ?? 'somebody')))
              .join(', ')
            return (
              <Tooltip key={emoji} label={names}>
                <button
                  type="button"
                  className={classes.reaction}
                  aria-pressed={userIds.includes(user.id)}
                  aria-label={`${emoji} ${userIds.length}: ${names}`}
                  disabled={!canWrite}
                  onClick={() => conversation.react(message, emoji)}
                >
                  {emoji} {userIds.length}
                </button>
              </Tooltip>
            )
          })}
        </div>
      </div>
      {canWrite && !isEditing && (
        <div className={classes.messageTools}>
          <ReactionPicker onChoose={(emoji) => conversation.react(message, emoji)} name={author.name} />
          {canChange && (
            <Menu position="bottom-end" width={160} shadow="md">
              <Menu.Target>
                <ActionIcon size={26} aria-label={`More for the message of ${author.name}`}>
                  <IconDots size={15} stroke={1.7} />
                </ActionIcon>
              </Menu.Target>
              <Menu.Dropdown>
                {isOwn && (
                  <Menu.Item
                    leftSection={<IconPencil size={15} stroke={1.6} />}
                    onClick={() => setEditing(true)}
                  >
                    Edit
                  </Menu.Item>
                )}
                <Menu.Item
                  color="var(--desk-danger)"
                  leftSection={<IconTrash size={15} stroke={1.6} />}
                  onClick={() => conversation.remove(message.id)}
                >
                  Delete
                </Menu.Item>
              </Menu.Dropdown>
            </Menu>
          )}
        </div>
      )}
    </article>
  )
}

function ReactionPicker({ name, onChoose }: { name: string; onChoose: (emoji: string) => void }) {
  const [isOpen, setOpen] = useState(false)
  return (
    <Popover opened={isOpen} onChange={setOpen} position="bottom-end" shadow="md" trapFocus returnFocus>
      <Popover.Target>
        <ActionIcon
          size={26}
          aria-label={`React to the message of ${name}`}
          onClick={() => setOpen((before) => !before)}
        >
          <IconMoodPlus size={15} stroke={1.7} />
        </ActionIcon>
      </Popover.Target>
      <Popover.Dropdown p={4} aria-label="Reactions">
        <div className={classes.picker}>
          {REACTIONS.map((emoji) => (
            <button
              key={emoji}
              type="button"
              onClick={() => {
                setOpen(false)
                onChoose(emoji)
              }}
            >
              {emoji}
            </button>
          ))}
        </div>
      </Popover.Dropdown>
    </Popover>
  )
}
