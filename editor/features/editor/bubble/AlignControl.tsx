import { Menu } from '@mantine/core'
import { IconAlignCenter, IconAlignJustified, IconAlignLeft, IconAlignRight } from '@tabler/icons-react'
import { type Editor, useEditorState } from '@tiptap/react'
import type { Alignment } from '../../../../shared/document/text-align.ts'
import { ToolbarButton } from '../ToolbarButton.tsx'

const CHOICES = [
  { align: 'left', label: 'Left', Icon: IconAlignLeft },
  { align: 'center', label: 'Centre', Icon: IconAlignCenter },
  { align: 'right', label: 'Right', Icon: IconAlignRight },
  { align: 'justify', label: 'Justified', Icon: IconAlignJustified },
] as const satisfies readonly { align: Alignment; label: string; Icon: typeof IconAlignLeft }[]

/** How the selected paragraphs are aligned. Choosing what they are takes it back. */
export function AlignControl({ editor, isEditable }: { editor: Editor; isEditable: boolean }) {
  const present = useEditorState({
    editor,
    selector: ({ editor: current }) =>
      CHOICES.find(({ align }) => current.isActive({ textAlign: align }))?.align ?? null,
  })
  const Icon = CHOICES.find(({ align }) => align === present)?.Icon ?? IconAlignLeft
  return (
    <Menu position="bottom" shadow="md" returnFocus={false}>
      <Menu.Target>
        <ToolbarButton label="Alignment" Icon={Icon} isActive={present !== null} isDisabled={!isEditable} />
      </Menu.Target>
      <Menu.Dropdown>
        {CHOICES.map(({ align, label, Icon: Picture }) => (
          <Menu.Item
            key={align}
            leftSection={<Picture size={16} stroke={1.7} />}
            aria-current={align === present ? 'true' : undefined}
            onClick={() => {
              const chain = editor.chain().focus()
              if (align === present) chain.unsetTextAlign().run()
              else chain.setTextAlign(align).run()
            }}
          >
            {label}
          </Menu.Item>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
