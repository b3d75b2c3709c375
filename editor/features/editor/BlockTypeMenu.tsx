import { Menu, UnstyledButton } from '@mantine/core'
import { IconChevronDown } from '@tabler/icons-react'
import { type Editor, useEditorState } from '@tiptap/react'
import classes from './Toolbar.module.css'
import { formatShortcut, isAppleDevice } from './toolbar-commands.ts'

const LEVELS = [0, 1, 2, 3] as const
type Level = (typeof LEVELS)[number]

/** Whether the paragraph is one, or a heading, and which. */
export function BlockTypeMenu({ editor, isEditable }: { editor: Editor; isEditable: boolean }) {
  const level = useEditorState({ editor, selector: ({ editor: current }) => readLevel(current) })
  return (
    <Menu position="bottom-start" width={240} shadow="md" returnFocus={false}>
      <Menu.Target>
        <UnstyledButton
          className={classes.blockType}
          disabled={!isEditable}
          aria-label={`Kind of paragraph: ${nameLevel(level)}`}
          onMouseDown={(event) => event.preventDefault()}
        >
          {nameLevel(level)}
          <IconChevronDown size={14} stroke={1.8} aria-hidden="true" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.RadioGroup value={String(level)} onChange={(value) => setLevel(editor, Number(value))}>
          {LEVELS.map((choice) => (
            <Menu.RadioItem
              key={choice}
              value={String(choice)}
              closeMenuOnClick
              className={classes.blockChoice ?? ''}
              data-level={choice}
              rightSection={
                <span className={classes.shortcut}>{formatShortcut(`Mod-Alt-${choice}`, isAppleDevice)}</span>
              }
            >
              {nameLevel(choice)}
            </Menu.RadioItem>
          ))}
        </Menu.RadioGroup>
      </Menu.Dropdown>
    </Menu>
  )
}

function readLevel(editor: Editor): Level {
  return LEVELS.find((level) => level > 0 && editor.isActive('heading', { level })) ?? 0
}

function nameLevel(level: Level): string {
  return level === 0 ? 'Text' : `Heading ${level}`
}

function setLevel(editor: Editor, level: number): void {
  const chain = editor.chain().focus()
  if (level === 1 || level === 2 || level === 3) chain.setHeading({ level }).run()
  else chain.setParagraph().run()
}
