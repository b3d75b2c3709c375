import { ActionIcon, Tooltip, UnstyledButton } from '@mantine/core'
import { IconArrowBackUp, IconCheck } from '@tabler/icons-react'
import { useState } from 'react'
import type { Thread } from '../../../shared/api/comments.ts'
import { CommentForm } from './CommentForm.tsx'
import { CommentItem } from './CommentItem.tsx'
import { useComments } from './comments-context.ts'
import { describeCommentError } from './describe-comment-error.ts'
import classes from './ThreadCard.module.css'

/** How many comments a thread shows while it is not the active one. */
const SHOWN_AT_REST = 2

/** A thread: the text it is about, what was said, and a field for a reply. */
export function ThreadCard({ thread, isGone }: { thread: Thread; isGone: boolean }) {
  const { activeId, mayComment, activate, reveal, reply, resolve } = useComments()
  const [problem, setProblem] = useState<string | null>(null)
  const isActive = activeId === thread.id
  const isSettled = thread.resolvedAt !== null
  const fail = (error: unknown): void => setProblem(describeCommentError(error))

  const hidden = isActive ? 0 : Math.max(0, thread.comments.length - SHOWN_AT_REST)
  const shown = hidden === 0 ? thread.comments : [thread.comments[0], thread.comments.at(-1)]
  const settle = isSettled ? 'Open again' : 'Mark as settled'
  return (
    <article
      className={classes.card}
      tabIndex={-1}
      data-testid="thread"
      data-thread={thread.id}
      data-active={isActive || undefined}
      data-settled={isSettled || undefined}
      aria-label={`Comments on “${thread.quote}”`}
      onFocusCapture={() => {
        if (!isActive) activate(thread.id)
      }}
    >
      <div className={classes.head}>
        {isGone ? (
          <p className={classes.gone}>
            <span className={classes.note}>The text was deleted</span>
            <span className={classes.quote} dir="auto">
              {thread.quote}
            </span>
          </p>
        ) : (
          <UnstyledButton
            className={classes.quote}
            dir="auto"
            onClick={() => reveal(thread.id)}
            aria-label={`Show “${thread.quote}” in the text`}
          >
            {thread.quote}
          </UnstyledButton>
        )}
        {mayComment && (
          <Tooltip label={settle}>
            <ActionIcon
              size={28}
              color={isSettled ? 'gray' : 'pine'}
              aria-label={settle}
              onClick={() => {
                setProblem(null)
                void resolve(thread.id, !isSettled).catch(fail)
              }}
            >
              {isSettled ? <IconArrowBackUp size={17} stroke={1.8} /> : <IconCheck size={17} stroke={2} />}
            </ActionIcon>
          </Tooltip>
        )}
      </div>
      {isSettled && (
        <p className={classes.note}>Settled{thread.resolvedBy && ` by ${thread.resolvedBy.name}`}</p>
      )}
      {shown.map((comment, index) => (
        <div key={comment?.id} className={classes.said}>
          {index === 1 && hidden > 0 && (
            <UnstyledButton className={classes.between} onClick={() => activate(thread.id)}>
              {hidden === 1 ? '1 more comment' : `${hidden} more comments`}
            </UnstyledButton>
          )}
          {comment && <CommentItem thread={thread} comment={comment} onProblem={fail} />}
        </div>
      ))}
      {problem !== null && (
        <p className={classes.problem} role="alert">
          {problem}
        </p>
      )}
      {mayComment && isActive && !isSettled && (
        <CommentForm
          label="Reply"
          action="Reply"
          place={`reply ${thread.id}`}
          onSend={(written) => reply(thread.id, written)}
        />
      )}
    </article>
  )
}
