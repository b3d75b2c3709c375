import { ActionIcon, Textarea } from '@mantine/core'
import { IconSend2 } from '@tabler/icons-react'
import { useId, useRef, useState } from 'react'
import { flushSync } from 'react-dom'
import { MAX_MESSAGE_LENGTH } from '../../../shared/api/messages.ts'
import { createId } from '../../api/create-id.ts'
import type { MessageDraft } from '../../api/message-calls.ts'
import { LengthStatus } from '../../app/LengthStatus.tsx'
import { describeLength } from '../../app/text-limit.ts'
import { useDraft } from '../../app/use-draft.ts'
import { useTyping } from '../../realtime/use-typing.ts'
import { PersonAvatar } from '../presence/PersonAvatar.tsx'
import classes from './Composer.module.css'
import { findMentioned, findMentionQuery } from './message-text.ts'
import type { Mentionable } from './use-mentionable.ts'

const MAX_SUGGESTED = 6

/** Where a message is written: Enter sends, Shift+Enter begins a line, `@` offers people. */
export function Composer(props: {
  pageId: string
  label: string
  people: readonly Mentionable[]
  /** What is there at first, for a message that is changed. */
  body?: string
  /** Where it is written: what was not sent is there again when the field is. */
  place?: string
  isFocused?: boolean
  /** Rejects when it was not written: what was typed then stays. */
  onSend: (draft: MessageDraft & { id: string }) => Promise<void>
  onCancel?: () => void
}) {
  const { pageId, label, people, onSend, onCancel } = props
  const { noteTyping, stopTyping } = useTyping(pageId)
  const [body, setBody] = useDraft(props.place, props.body)
  const [query, setQuery] = useState<string | null>(null)
  const [chosen, setChosen] = useState(0)
  const [isSending, setSending] = useState(false)
  const { words, isTooLong } = describeLength(body, MAX_MESSAGE_LENGTH)
  const field = useRef<HTMLTextAreaElement>(null)
  /** Stays the same until it is sent, so that a repeated attempt writes one message. */
  const id = useRef(createId())
  const listId = useId()
  const wanted = query?.toLocaleLowerCase() ?? ''
  const suggested =
    query === null
      ? []
      : people.filter(({ name }) => name.toLocaleLowerCase().includes(wanted)).slice(0, MAX_SUGGESTED)
  const selected = suggested[chosen % Math.max(1, suggested.length)]

  function look(element: HTMLTextAreaElement): void {
    setQuery(findMentionQuery(element.value.slice(0, element.selectionStart)))
    setChosen(0)
  }

  function mention({ name }: Mentionable): void {
    const element = field.current
    if (!element || query === null) return
    const caret = element.selectionStart
    const start = caret - query.length
    const before = `${body.slice(0, start)}${name} `
    // Behind the name, and before the next key is pressed.
    flushSync(() => {
      setBody(before + body.slice(caret))
      setQuery(null)
    })
    element.focus()
    element.setSelectionRange(before.length, before.length)
  }

  async function send(): Promise<void> {
    const text = body.trim()
    if (text === '' || isSending) return
    if (isTooLong) return field.current?.focus()
    setSending(true)
    stopTyping()
    try {
      await onSend({ id: id.current, body: text, mentions: findMentioned(text, people) })
      id.current = createId()
      setBody('')
    } catch {
      // It was told; what was typed is still here.
    } finally {
      setSending(false)
      field.current?.focus()
    }
  }

  return (
    <form
      className={classes.composer}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      {suggested.length > 0 && (
        <div className={classes.people} role="listbox" id={listId} aria-label="People">
          {suggested.map((person) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the focus stays in the field, which names the option
            // biome-ignore lint/a11y/useKeyWithClickEvents: the field hears the keys
            <div
              key={person.userId}
              id={`${listId}-${person.userId}`}
              role="option"
              aria-selected={person === selected}
              className={classes.person}
              onMouseDown={(event) => event.preventDefault()}
              onClick={() => mention(person)}
            >
              <PersonAvatar name={person.name} color={person.color} size={22} />
              <bdi>{person.name}</bdi>
            </div>
          ))}
        </div>
      )}
      <Textarea
        ref={field}
        aria-label={label}
        placeholder={label}
        dir="auto"
        autosize
        minRows={1}
        maxRows={8}
        inputWrapperOrder={['input', 'description', 'error']}
        description={isTooLong ? null : words}
        error={isTooLong && words}
        inputContainer={(input) => (
          <div className={classes.row}>
            {input}
            <ActionIcon
              type="submit"
              variant="filled"
              color="pine"
              aria-label="Send"
              loading={isSending}
              disabled={body.trim() === ''}
            >
              <IconSend2 size={17} stroke={1.8} />
            </ActionIcon>
          </div>
        )}
        value={body}
        autoFocus={props.isFocused ?? false}
        readOnly={isSending}
        {...(suggested.length > 0 && {
          'aria-controls': listId,
          'aria-activedescendant': `${listId}-${selected?.userId}`,
          'aria-expanded': true,
          role: 'combobox',
        })}
        onChange={(event) => {
          setBody(event.currentTarget.value)
          look(event.currentTarget)
          if (event.currentTarget.value.trim() === '') stopTyping()
          else noteTyping()
        }}
        onSelect={(event) => look(event.currentTarget)}
        onBlur={() => setQuery(null)}
        onKeyDown={(event) => {
          if (event.nativeEvent.isComposing) return
          if (suggested.length > 0 && selected) {
            const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0
            if (step !== 0) setChosen((before) => (before + step + suggested.length) % suggested.length)
            if (event.key === 'Enter' || event.key === 'Tab') mention(selected)
            if (event.key === 'Escape') setQuery(null)
            if (step !== 0 || ['Enter', 'Tab', 'Escape'].includes(event.key)) {
              event.preventDefault()
              event.stopPropagation()
              return
            }
          }
          if (event.key === 'Enter' && !event.shiftKey) {
            event.preventDefault()
            void send()
          } else if (event.key === 'Escape' && onCancel) {
            event.preventDefault()
            event.stopPropagation()
            onCancel()
          }
        }}
      />
      <LengthStatus words={words} />
    </form>
  )
}
