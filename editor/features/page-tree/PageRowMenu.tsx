import { ActionIcon, Menu } from '@mantine/core'
import {
  IconArrowDown,
  IconArrowUp,
  IconCopy,
  IconDots,
  IconFilePlus,
  IconFolderSymlink,
  IconIndentDecrease,
  IconIndentIncrease,
  IconMoodSmile,
  IconPencil,
  IconStar,
  IconStarOff,
  IconTrash,
} from '@tabler/icons-react'
import { type Ref, useState } from 'react'
import type { PageDialog } from './PageDialogs.tsx'
import classes from './PageTree.module.css'
import { type MovePlace, STEPS, type Step } from './page-changes.ts'

const STEP_WORDS = {
  up: { words: 'Move up', Icon: IconArrowUp },
  down: { words: 'Move down', Icon: IconArrowDown },
  in: { words: 'Move into the one above', Icon: IconIndentIncrease },
  out: { words: 'Move out', Icon: IconIndentDecrease },
} as const satisfies Record<Step, unknown>

/** What can be done with a page from the list. */
export function PageRowMenu(props: {
  title: string
  /** Otherwise it can only be kept at hand. */
  canEdit: boolean
  isFavourite: boolean
  onToggleFavourite: () => void
  onDuplicate: () => void
  onDialog: (dialog: PageDialog) => void
  buttonRef: Ref<HTMLButtonElement>
  /** Where one step in a direction leads, null if nowhere. */
  findStep: (step: Step) => MovePlace | null
  onRename: () => void
  onMove: (to: MovePlace) => void
  onCreateInside: () => void
}) {
  const [isOpen, setOpen] = useState(false)
  return (
    <Menu
      position="bottom-end"
      width={230}
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
        <Menu.Item
          leftSection={
            props.isFavourite ? <IconStarOff size={16} stroke={1.6} /> : <IconStar size={16} stroke={1.6} />
          }
          onClick={props.onToggleFavourite}
        >
          {props.isFavourite ? 'Remove from favourites' : 'Add to favourites'}
        </Menu.Item>
        {props.canEdit && (
          <>
            <Menu.Divider />
            <Menu.Item leftSection={<IconPencil size={16} stroke={1.6} />} onClick={props.onRename}>
              Rename
            </Menu.Item>
            <Menu.Item
              leftSection={<IconMoodSmile size={16} stroke={1.6} />}
              onClick={() => props.onDialog('icon')}
            >
              Change icon
            </Menu.Item>
            <Menu.Item leftSection={<IconFilePlus size={16} stroke={1.6} />} onClick={props.onCreateInside}>
              New page inside
            </Menu.Item>
            <Menu.Item leftSection={<IconCopy size={16} stroke={1.6} />} onClick={props.onDuplicate}>
              Duplicate
            </Menu.Item>
            <Menu.Divider />
            <Menu.Item
              leftSection={<IconFolderSymlink size={16} stroke={1.6} />}
              onClick={() => props.onDialog('move')}
            >
              Move to…
            </Menu.Item>
            {isOpen &&
              STEPS.map((step) => {
                const to = props.findStep(step)
                const { words, Icon } = STEP_WORDS[step]
                return (
                  to && (
                    <Menu.Item
                      key={step}
                      leftSection={<Icon size={16} stroke={1.6} />}
                      onClick={() => props.onMove(to)}
                    >
                      {words}
                    </Menu.Item>
                  )
                )
              })}
            <Menu.Divider />
            <Menu.Item
              color="var(--desk-danger)"
              leftSection={<IconTrash size={16} stroke={1.6} />}
              onClick={() => props.onDialog('delete')}
            >
              Delete
            </Menu.Item>
          </>
        )}
      </Menu.Dropdown>
    </Menu>
  )
}
