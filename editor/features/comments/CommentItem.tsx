import { ActionIcon, Menu } from '@mantine/core'
import { IconDots, IconLink, IconPencil, IconTrash } from '@tabler/icons-react'
import { useRef, useState } from 'react'
import type { Comment, Thread } from '../../../shared/api/comments.ts'
import { copyText } from '../../app/clipboard.ts'
import { formatAgo, formatMoment } from '../../app/format-time.ts'
import { usePerson } from '../../app/person.ts'
import { showNotice } from '../../app/show-notice.ts'
import { PersonAvatar } from '../presence/PersonAvatar.tsx'
import { CommentForm } from './CommentForm.tsx'
import classes from './CommentItem.module.css'
import { useComments } from './comments-context.ts'
import { DeleteThreadDialog } from './DeleteThreadDialog.tsx'
import { splitMentions } from './mention-text.ts'

/** One comment: who said what and when, and for its author the way to change it. */
export function CommentItem(props: {
  thread: Thread
  comment: Comment
  onProblem: (error: unknown) => void
}) {
  const { thread, comment, onProblem } = props
  const { user } = usePerson()
  const { people, mayComment, mayModerate, toAddress, edit, remove } = useComments()
  const [isEdited, setEdited] = useState(false)
  const [isAsked, setAsked] = useState(false)
  const more = useRef<HTMLButtonElement>(null)
  const isOwn = comment.author.userId === user.id
  const isFirst = thread.comments[0]?.id === comment.id
  const mayChange = mayComment && (isOwn || mayModerate)
  const address = isFirst && toAddress ? toAddress(thread.id) : null
  const replies = thread.comments.slice(1).filter((reply) => isByAnother(reply, user.id)).length
  const drop = (): void => void remove(thread, comment.id).catch(onProblem)
  const names = [...people, { userId: user.id, name: user.name }]
    .filter(({ userId }) => comment.mentions.includes(userId))
    .map(({ name }) => name)

  if (comment.deletedAt !== null) return <p className={classes.deleted}>This comment was deleted.</p>
  return (
    <div className={classes.comment} data-testid="comment">
      <PersonAvatar name={comment.author.name} color={comment.author.color} size={26} />
      <div className={classes.main}>
        <div className={classes.head}>
          <span className={classes.name}>{comment.author.name}</span>
          <time className={classes.time} dateTime={comment.createdAt} title={formatMoment(comment.createdAt)}>
            {formatAgo(comment.createdAt)}
            {comment.editedAt !== null && ' · edited'}
          </time>
        </div>
        {isEdited ? (
          <CommentForm
            label="Change the comment"
            action="Save"
            id={comment.id}
            initial={comment.body}
            isFocusedAtFirst
            isOpen
            onSend={(written) => edit(thread.id, written).then(() => setEdited(false))}
            onCancel={() => setEdited(false)}
          />
        ) : (
          <p className={classes.body} dir="auto">
            {splitMentions(comment.body, names).map(({ text, isMention }, index) =>
              isMention ? (
                // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one text have no other name
                <strong key={index} className={classes.mention}>
                  {text}
                </strong>
              ) : (
                text
              ),
            )}
          </p>
        )}
      </div>
      {!isEdited && (mayChange || address !== null) && (
        <Menu position="bottom-end" withinPortal>
          <Menu.Target>
            <ActionIcon
              ref={more}
              size={24}
              className={classes.more}
              aria-label={`More about what ${comment.author.name} wrote`}
            >
              <IconDots size={16} stroke={1.7} />
            </ActionIcon>
          </Menu.Target>
          <Menu.Dropdown>
            {address !== null && (
              <Menu.Item
                leftSection={<IconLink size={15} stroke={1.7} />}
                onClick={() => void copyText(address).then((isCopied) => tellCopied(isCopied, address))}
              >
                Copy link
              </Menu.Item>
            )}
            {mayChange && isOwn && (
              <Menu.Item leftSection={<IconPencil size={15} stroke={1.7} />} onClick={() => setEdited(true)}>
                Edit
              </Menu.Item>
            )}
            {mayChange && (
              <Menu.Item
                color="var(--desk-danger)"
                leftSection={<IconTrash size={15} stroke={1.7} />}
                onClick={() => (isFirst && replies > 0 ? setAsked(true) : drop())}
              >
                {isFirst ? 'Delete thread' : 'Delete'}
              </Menu.Item>
            )}
          </Menu.Dropdown>
        </Menu>
      )}
      {isAsked && (
        <DeleteThreadDialog
          replies={replies}
          onClose={() => {
            setAsked(false)
            // The menu item that opened the question is not there any more.
            more.current?.focus()
          }}
          onConfirm={() => {
            setAsked(false)
            drop()
          }}
        />
      )}
    </div>
  )
}

const isByAnother = ({ author, deletedAt }: Comment, userId: string) =>
  deletedAt === null && author.userId !== userId

function tellCopied(isCopied: boolean, address: string): void {
  showNotice({
    id: 'thread-link',
    title: isCopied ? 'The link was copied' : 'The link could not be copied',
    message: isCopied ? 'It leads those to this thread who may see the page.' : address,
    color: isCopied ? 'pine' : 'yellow',
  })
}
