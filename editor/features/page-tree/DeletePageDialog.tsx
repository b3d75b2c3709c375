import { Button, Group, Modal, Text } from '@mantine/core'

/** Asks before a page goes, because it goes for everybody. */
export default function DeletePageDialog(props: {
  title: string
  onClose: () => void
  onConfirm: () => void
}) {
  return (
    <Modal opened onClose={props.onClose} title="Delete this page?" returnFocus={false}>
      <Text size="sm">
        <strong>
          <bdi>{props.title}</bdi>
        </strong>{' '}
        and every page inside it go to the trash, for everybody on this drive. Editors can bring them back
        from there for 30 days.
      </Text>
      <Group justify="flex-end" mt="lg">
        <Button variant="default" onClick={props.onClose} data-autofocus>
          Keep it
        </Button>
        <Button color="red" onClick={props.onConfirm}>
          Delete
        </Button>
      </Group>
    </Modal>
  )
}
