import { Button, Loader } from '@mantine/core'
import { notifications } from '@mantine/notifications'
import { IconCheck, IconSparkles } from '@tabler/icons-react'
import { useMutation } from '@tanstack/react-query'
import type { Stream } from '../../../shared/api/streams.ts'
import { describeError } from '../../api/api-error.ts'
import { usePerson } from '../../app/person.ts'
import classes from './MessagesPanel.module.css'

/** What an assistant is writing, as it comes, with what it does besides; editors can stop it. */
export function StreamItem({ stream, canCancel }: { stream: Stream; canCancel: boolean }) {
  const { api } = usePerson()
  const cancel = useMutation({
    mutationFn: () => api.cancelStream(stream.id),
    onError: (error) =>
      notifications.show({ color: 'red', title: 'It was not stopped', message: describeError(error) }),
  })
  const isOpen = stream.status === 'open'
  return (
    <li className={classes.stream} data-testid="stream" data-status={stream.status}>
      <div className={classes.meta}>
        <IconSparkles size={16} stroke={1.7} aria-hidden="true" />
        <strong>
          <bdi>{stream.author.name}</bdi>
        </strong>
        {stream.title && <span dir="auto">{stream.title}</span>}
        {isOpen && <Loader size={14} type="dots" role="img" aria-label="is writing" />}
      </div>
      {stream.tools.length > 0 && (
        <ul className={classes.tools}>
          {stream.tools.map((tool) => (
            <li key={tool.id}>
              {tool.status === 'completed' ? (
                <IconCheck size={13} stroke={2} role="img" aria-label="done" />
              ) : (
                <span className={classes.dot} aria-hidden="true" />
              )}
              {tool.name}
              {tool.note && ` · ${tool.note}`}
              {tool.status !== 'completed' &&
                tool.progress !== null &&
                ` · ${Math.round(tool.progress * 100)} %`}
            </li>
          ))}
        </ul>
      )}
      {stream.text && (
        <p className={classes.body} dir="auto" aria-live="off">
          {stream.text}
        </p>
      )}
      {stream.failure && (
        <p className={classes.hint} role="status">
          {describeFailure(stream.failure)}
        </p>
      )}
      {isOpen && canCancel && (
        <Button
          size="compact-xs"
          variant="default"
          loading={cancel.isPending}
          onClick={() => cancel.mutate()}
        >
          Stop
        </Button>
      )}
    </li>
  )
}

function describeFailure({ reason, message }: NonNullable<Stream['failure']>): string {
  if (reason === 'cancelled') return 'It was stopped.'
  if (reason === 'author-vanished') return 'It broke off: the assistant was not heard of any more.'
  return `It failed: ${message}`
}
