import { Button, Combobox, Group, Textarea, useCombobox } from '@mantine/core'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { MAX_COMMENT_LENGTH } from '../../../shared/api/comments.ts'
import { createId } from '../../api/create-id.ts'
import { LengthStatus } from '../../app/LengthStatus.tsx'
import { describeLength } from '../../app/text-limit.ts'
import { useDraft } from '../../app/use-draft.ts'
import { PersonAvatar } from '../presence/PersonAvatar.tsx'
import classes from './CommentForm.module.css'
import { useComments, type Written } from './comments-context.ts'
import { describeCommentError } from './describe-comment-error.ts'
import { findNamed, listMentioned, type MentionQuery, readMentionQuery } from './mention-text.ts'

const MAX_SUGGESTED = 6

/** A field for a comment; `@` suggests people. What could not be sent stays in it. */
export function CommentForm(props: {
  label: string
  action: string
  id?: string
  initial?: string
  /** Where it is written: what was not sent is there again when the field is. */
  place?: string
  isFocusedAtFirst?: boolean
  /** Whether the buttons are there also before anything is written. */
  isOpen?: boolean
  onSend: (written: Written) => Promise<void>
  onCancel?: () => void
}) {
  const { label, action, initial = '', isFocusedAtFirst = false, isOpen = false, onSend, onCancel } = props
  const { people } = useComments()
  const [text, setText] = useDraft(props.place, initial)
  const [query, setQuery] = useState<MentionQuery | null>(null)
  const [problem, setProblem] = useState<string | null>(null)
  const [isSending, setSending] = useState(false)
  const { words, isTooLong } = describeLength(text, MAX_COMMENT_LENGTH)
  const cancel =
    onCancel &&
    (() => {
      setText('')
      onCancel()
    })
  const id = useRef(props.id ?? createId())
  const field = useRef<HTMLTextAreaElement>(null)
  const combobox = useCombobox()
  const named = query === null ? [] : findNamed(people, query.typed, MAX_SUGGESTED)
  const isSuggesting = named.length > 0

  useEffect(() => {
    if (!isFocusedAtFirst) return
    field.current?.focus({ preventScroll: true })
  }, [isFocusedAtFirst])
  const { openDropdown, closeDropdown, selectFirstOption } = combobox
  const suggested = named.map(({ userId }) => userId).join()
  useEffect(() => {
    if (suggested === '') closeDropdown()
    else {
      openDropdown()
      selectFirstOption()
    }
  }, [suggested, openDropdown, closeDropdown, selectFirstOption])

  async function send(): Promise<void> {
    const body = text.trim()
    if (body === '' || isSending) return
    if (isTooLong) return field.current?.focus()
    setSending(true)
    setProblem(null)
    try {
      await onSend({ id: id.current, body, mentions: listMentioned(body, people) })
      id.current = createId()
      setText('')
    } catch (error) {
      setProblem(describeCommentError(error))
    } finally {
      setSending(false)
    }
  }

  function choose(userId: string): void {
    const person = people.find((one) => one.userId === userId)
    if (person === undefined || query === null) return
    const before = `${text.slice(0, query.start)}@${person.name} `
    setText(before + text.slice(query.start + 1 + query.typed.length))
    setQuery(null)
    requestAnimationFrame(() => field.current?.setSelectionRange(before.length, before.length))
  }

  function onKeyDown(event: KeyboardEvent): void {
    if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
      event.preventDefault()
      void send()
    } else if (event.key === 'Escape') {
      event.stopPropagation()
      if (isSuggesting) setQuery(null)
      else cancel?.()
    }
  }

  const follow = (element: HTMLTextAreaElement): void =>
    setQuery(readMentionQuery(element.value, element.selectionStart))
  const hasButtons = isOpen || text.trim() !== '' || problem !== null
  return (
    <form
      className={classes.form}
      onSubmit={(event) => {
        event.preventDefault()
        void send()
      }}
    >
      <Combobox store={combobox} onOptionSubmit={choose} withinPortal>
        <Combobox.EventsTarget withExpandedAttribute={isSuggesting} withKeyboardNavigation={isSuggesting}>
          <Textarea
            ref={field}
            aria-label={label}
            placeholder={label}
            value={text}
            autosize
            minRows={1}
            maxRows={8}
            size="sm"
            inputWrapperOrder={['input', 'description', 'error']}
            description={isTooLong ? null : words}
            error={isTooLong ? words : problem}
            onChange={(event) => {
              setText(event.currentTarget.value)
              follow(event.currentTarget)
            }}
            onClick={(event) => follow(event.currentTarget)}
            onBlur={() => setQuery(null)}
            onKeyDown={onKeyDown}
          />
        </Combobox.EventsTarget>
        <Combobox.DropdownTarget>
          <span className={classes.target} />
        </Combobox.DropdownTarget>
        <Combobox.Dropdown hidden={!isSuggesting}>
          <Combobox.Options aria-label="People">
            {named.map((person) => (
              <Combobox.Option value={person.userId} key={person.userId}>
                <Group gap="xs" wrap="nowrap">
                  <PersonAvatar name={person.name} color={person.color} size={22} />
                  {person.name}
                </Group>
              </Combobox.Option>
            ))}
          </Combobox.Options>
        </Combobox.Dropdown>
      </Combobox>
      <LengthStatus words={words} />
      {hasButtons && (
        <Group gap="xs" justify="flex-end" mt={8}>
          {cancel && (
            <Button size="compact-sm" variant="subtle" color="gray" onClick={cancel}>
              Cancel
            </Button>
          )}
          <Button size="compact-sm" type="submit" loading={isSending} disabled={text.trim() === ''}>
            {action}
          </Button>
        </Group>
      )}
    </form>
  )
}
