import { Button, Group, Modal, TextInput } from '@mantine/core'
import { useState } from 'react'
import { nameSchema } from '../../../shared/api/auth.ts'
import { usePageActions } from './use-page-actions.ts'

/** A place for pages with its own members. */
export default function NewDriveDialog({ onClose }: { onClose: () => void }) {
  const { createDrive, isMakingDrive } = usePageActions()
  const [name, setName] = useState('')
  const parsed = nameSchema.safeParse(name)
  return (
    <Modal opened onClose={onClose} title="New drive">
      <form
        onSubmit={(event) => {
          event.preventDefault()
          if (!parsed.success) return
          createDrive(parsed.data, onClose)
        }}
      >
        <TextInput
          label="Name of the drive"
          description="A drive holds pages, and decides who may see them."
          value={name}
          maxLength={80}
          data-autofocus
          onChange={(event) => setName(event.currentTarget.value)}
        />
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={onClose}>
            Cancel
          </Button>
          <Button type="submit" disabled={!parsed.success} loading={isMakingDrive}>
            Make drive
          </Button>
        </Group>
      </form>
    </Modal>
  )
}
