import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { iconSchema, type Page } from '../../../shared/api/pages.ts'
import classes from './IconDialog.module.css'
import { PAGE_EMOJI } from './page-emoji.ts'

/** Chooses the emoji that stands before a page's title. */
export default function IconDialog(props: {
  page: Pick<Page, 'title' | 'icon'>
  onClose: () => void
  onChoose: (icon: string | null) => void
}) {
  const { page, onClose, onChoose } = props
  const [typed, setTyped] = useState('')
  const parsed = iconSchema.safeParse(typed.trim())
  const isEmoji = parsed.success && !/^[a-z]/.test(parsed.data)
  return (
    <Modal opened onClose={onClose} title="Icon of the page" returnFocus={false}>
      {PAGE_EMOJI.map(({ of, emoji }) => (
        <fieldset key={of} className={classes.group}>
          <legend>{of}</legend>
          {emoji.map((icon) => (
            <button
              key={icon}
              type="button"
              className={classes.emoji}
              aria-pressed={icon === page.icon}
              onClick={() => onChoose(icon)}
            >
              {icon}
            </button>
          ))}
        </fieldset>
      ))}
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (isEmoji) onChoose(parsed.data)
        }}
      >
        <TextInput
          label="Another emoji"
          description="Type or paste one."
          value={typed}
          error={typed.trim() !== '' && !isEmoji ? 'Enter one emoji.' : null}
          onChange={(event) => setTyped(event.currentTarget.value)}
        />
        <Group justify="space-between" mt="lg">
          <Button variant="default" disabled={page.icon === null} onClick={() => onChoose(null)}>
            Remove icon
          </Button>
          <Button type="submit" disabled={!isEmoji}>
            Use it
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
