import { Button, Group, Modal, Text } from '@mantine/core'

/** Asks before a thread goes with what others have answered. */
export function DeleteThreadDialog(props: { replies: number; onClose: () => void; onConfirm: () => void }) {
  const { replies, onClose, onConfirm } = props
  return (
    <Modal opened onClose={onClose} title="Delete this thread?" returnFocus={false}>
      <Text size="sm">
        {replies === 1
          ? 'The reply that somebody else wrote goes with it'
          : `The ${replies} replies that others wrote go with it`}
        , for everybody. It cannot be brought back. To put the thread away and keep it, mark it as settled.
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={onClose} data-autofocus>
          Keep it
        </Button>
        <Button color="red" onClick={onConfirm}>
          Delete
        </Button>
      </Group>
    </Modal>
  )
}
