import { Menu } from '@mantine/core'
import { IconPlus } from '@tabler/icons-react'
import type { Editor } from '@tiptap/react'
import { Fragment } from 'react'
import { ToolbarButton } from '../ToolbarButton.tsx'
import { BLOCK_ITEMS } from './block-items.ts'

/** Everything that `/` offers, for who does not type it. */
export function InsertMenu({ editor, isEditable }: { editor: Editor; isEditable: boolean }) {
  return (
    <Menu position="bottom-start" width={240} shadow="md" returnFocus={false}>
      <Menu.Target>
        <ToolbarButton label="Insert" shortcut="/" Icon={IconPlus} isDisabled={!isEditable} />
      </Menu.Target>
      <Menu.Dropdown mah="min(26rem, 60vh)" style={{ overflowY: 'auto' }}>
        {BLOCK_ITEMS.map(({ label, group, Icon, run }, index) => (
          <Fragment key={label}>
            {BLOCK_ITEMS[index - 1]?.group !== group && <Menu.Label>{group}</Menu.Label>}
            <Menu.Item leftSection={<Icon size={16} stroke={1.7} />} onClick={() => run(editor)}>
              {label}
            </Menu.Item>
          </Fragment>
        ))}
      </Menu.Dropdown>
    </Menu>
  )
}
