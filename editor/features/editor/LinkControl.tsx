import { Button, Group, Popover, TextInput } from '@mantine/core'
import { IconExternalLink, IconLink } from '@tabler/icons-react'
import { type Editor, useEditorState } from '@tiptap/react'
import { useEffect, useState } from 'react'
import { parseLinkAddress } from './link-address.ts'
import { ToolbarButton } from './ToolbarButton.tsx'
import { isAppleDevice } from './toolbar-commands.ts'

const OPEN_HINT = `${isAppleDevice ? '⌘' : 'Ctrl'}+click on a link opens it`

/** Makes the selected text lead somewhere, changes where, or ends that. */
export function LinkControl(props: {
  editor: Editor
  isEditable: boolean
  /** False where another one answers Mod-K. */
  hasShortcut?: boolean
}) {
  const { editor, isEditable, hasShortcut = true } = props
  const [isOpen, setOpen] = useState(false)
  const isActive = useEditorState({ editor, selector: ({ editor: current }) => current.isActive('link') })

  useEffect(() => {
    const onKeyDown = (event: KeyboardEvent): void => {
      if (!isEditable || !hasShortcut || event.key.toLowerCase() !== 'k' || !(event.ctrlKey || event.metaKey))
        return
      if (!editor.isFocused) return
      event.preventDefault()
      setOpen(true)
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [editor, isEditable, hasShortcut])

  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      width={300}
      position="bottom"
      shadow="md"
      trapFocus
      withinPortal
      withRoles={false}
      returnFocus={false}
    >
      <Popover.Target>
        <span>
          <ToolbarButton
            label="Link"
            shortcut="Mod-K"
            hint={OPEN_HINT}
            hasTooltip={!isOpen}
            Icon={IconLink}
            isActive={isActive}
            isDisabled={!isEditable}
            onRun={() => setOpen((before) => !before)}
          />
        </span>
      </Popover.Target>
      <Popover.Dropdown>
        {isOpen && <LinkForm editor={editor} onDone={() => setOpen(false)} />}
      </Popover.Dropdown>
    </Popover>
  )
}

function LinkForm({ editor, onDone }: { editor: Editor; onDone: () => void }) {
  const present: unknown = editor.getAttributes('link')['href']
  const [typed, setTyped] = useState<string | null>(null)
  // Not only as it was at first: the editor may hear of where the caret went a moment later.
  const value = typed ?? (typeof present === 'string' ? present : '')
  const address = typeof present === 'string' ? parseLinkAddress(present) : null
  const [problem, setProblem] = useState<string | null>(null)

  function apply(): void {
    const href = parseLinkAddress(value)
    if (href === null) {
      setProblem('Enter a web address or an e-mail address.')
      return
    }
    const chain = editor.chain().focus().extendMarkRange('link')
    if (editor.state.selection.empty && !editor.isActive('link')) {
      chain
        .insertContent({ type: 'text', text: value.trim(), marks: [{ type: 'link', attrs: { href } }] })
        .unsetMark('link')
        .run()
    } else chain.setLink({ href }).run()
    onDone()
  }

  return (
    <form
      onSubmit={(event) => {
        event.preventDefault()
        apply()
      }}
    >
      <TextInput
        label="Address"
        placeholder="https://…"
        value={value}
        error={problem}
        data-autofocus
        onChange={(event) => setTyped(event.currentTarget.value)}
      />
      <Group justify="flex-end" gap="xs" mt="sm">
        {address !== null && (
          <Button
            component="a"
            href={address}
            target="_blank"
            rel="noopener noreferrer"
            size="xs"
            variant="subtle"
            leftSection={<IconExternalLink size={14} stroke={1.7} />}
            mr="auto"
          >
            Open
          </Button>
        )}
        {present !== undefined && (
          <Button
            size="xs"
            variant="subtle"
            color="red"
            onClick={() => {
              editor.chain().focus().extendMarkRange('link').unsetLink().run()
              onDone()
            }}
          >
            Remove link
          </Button>
        )}
        <Button size="xs" type="submit">
          Apply
        </Button>
      </Group>
    </form>
  )
}
