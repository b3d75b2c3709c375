import { Button, Group, Modal, Text } from '@mantine/core'

/** Asks somebody who signs out while this device holds edits that the server has not got. */
export default function SignOutDialog(props: { onClose: () => void; onLeave: () => void }) {
  return (
    <Modal opened onClose={props.onClose} title="Some of your edits are not saved yet">
      <Text size="sm">
        They are kept on this device only. Stay signed in until they are saved, or sign out and lose them.
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="subtle" color="red" onClick={props.onLeave}>
          Sign out and lose them
        </Button>
        <Button onClick={props.onClose} data-autofocus>
          Stay signed in
        </Button>
      </Group>
    </Modal>
  )
}
