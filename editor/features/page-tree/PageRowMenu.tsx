import { ActionIcon, Menu } from '@mantine/core'
import { IconDots, IconFilePlus, IconPencil, IconTrash } from '@tabler/icons-react'
import { type Ref, useState } from 'react'
import classes from './PageTree.module.css'

/** What can be done with a page from the list. */
export function PageRowMenu(props: {
  title: string
  buttonRef: Ref<HTMLButtonElement>
  onRename: () => void
  onCreateInside: () => void
  onDelete: () => void
}) {
  const [isOpen, setOpen] = useState(false)
  return (
    <Menu
      position="bottom-end"
      width={190}
      shadow="md"
      opened={isOpen}
      onChange={setOpen}
      returnFocus={false}
    >
      <Menu.Target>
        <ActionIcon
          ref={props.buttonRef}
          size={26}
          className={classes.actions}
          data-open={isOpen || undefined}
          aria-label={`More for ${props.title}`}
        >
          <IconDots size={16} stroke={1.7} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item leftSection={<IconPencil size={16} stroke={1.6} />} onClick={props.onRename}>
          Rename
        </Menu.Item>
        <Menu.Item leftSection={<IconFilePlus size={16} stroke={1.6} />} onClick={props.onCreateInside}>
          New page inside
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item
          color="var(--desk-danger)"
          leftSection={<IconTrash size={16} stroke={1.6} />}
          onClick={props.onDelete}
        >
          Delete
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  )
}
