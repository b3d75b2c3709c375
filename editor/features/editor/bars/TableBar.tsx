import { Button, Menu } from '@mantine/core'
import {
  IconArrowMerge,
  IconArrowsSplit2,
  IconChevronDown,
  IconColumnInsertLeft,
  IconColumnInsertRight,
  IconColumnRemove,
  IconRowInsertBottom,
  IconRowInsertTop,
  IconRowRemove,
  IconTableColumn,
  IconTableRow,
  IconTrash,
  IconViewportNarrow,
  IconViewportWide,
} from '@tabler/icons-react'
import { CellSelection } from '@tiptap/pm/tables'
import { type Editor, useEditorState } from '@tiptap/react'
import { ToolbarButton } from '../ToolbarButton.tsx'
import type { BarProps } from './BlockBars.tsx'
import { resizeColumn } from './resize-column.ts'

/** Rows, columns and cells of a table. */
export function TableBar({ editor }: BarProps) {
  const { canMerge, canSplit } = useEditorState({
    editor,
    selector: ({ editor: current }) => ({
      canMerge: current.state.selection instanceof CellSelection && current.can().mergeCells(),
      canSplit: current.can().splitCell(),
    }),
  })
  const chain = () => editor.chain().focus()
  return (
    <>
      <BarMenu editor={editor} label="Row">
        <Menu.Item
          leftSection={<IconRowInsertTop size={16} stroke={1.7} />}
          onClick={() => chain().addRowBefore().run()}
        >
          Add a row above
        </Menu.Item>
        <Menu.Item
          leftSection={<IconRowInsertBottom size={16} stroke={1.7} />}
          onClick={() => chain().addRowAfter().run()}
        >
          Add a row below
        </Menu.Item>
        <Menu.Item
          leftSection={<IconTableRow size={16} stroke={1.7} />}
          onClick={() => chain().toggleHeaderRow().run()}
        >
          Header row on or off
        </Menu.Item>
        <Menu.Item
          color="var(--desk-danger)"
          leftSection={<IconRowRemove size={16} stroke={1.7} />}
          onClick={() => chain().deleteRow().run()}
        >
          Delete the row
        </Menu.Item>
      </BarMenu>
      <BarMenu editor={editor} label="Column">
        <Menu.Item
          leftSection={<IconColumnInsertLeft size={16} stroke={1.7} />}
          onClick={() => chain().addColumnBefore().run()}
        >
          Add a column before
        </Menu.Item>
        <Menu.Item
          leftSection={<IconColumnInsertRight size={16} stroke={1.7} />}
          onClick={() => chain().addColumnAfter().run()}
        >
          Add a column behind
        </Menu.Item>
        <Menu.Item
          leftSection={<IconTableColumn size={16} stroke={1.7} />}
          onClick={() => chain().toggleHeaderColumn().run()}
        >
          Header column on or off
        </Menu.Item>
        <Menu.Item
          closeMenuOnClick={false}
          leftSection={<IconViewportWide size={16} stroke={1.7} />}
          onClick={() => resizeColumn(editor.view, 24)}
        >
          Wider
        </Menu.Item>
        <Menu.Item
          closeMenuOnClick={false}
          leftSection={<IconViewportNarrow size={16} stroke={1.7} />}
          onClick={() => resizeColumn(editor.view, -24)}
        >
          Narrower
        </Menu.Item>
        <Menu.Item
          color="var(--desk-danger)"
          leftSection={<IconColumnRemove size={16} stroke={1.7} />}
          onClick={() => chain().deleteColumn().run()}
        >
          Delete the column
        </Menu.Item>
      </BarMenu>
      <ToolbarButton
        label="Merge the selected cells"
        Icon={IconArrowMerge}
        isDisabled={!canMerge}
        onRun={() => chain().mergeCells().run()}
      />
      <ToolbarButton
        label="Split the cell"
        Icon={IconArrowsSplit2}
        isDisabled={!canSplit}
        onRun={() => chain().splitCell().run()}
      />
      <ToolbarButton
        label="Delete the table"
        Icon={IconTrash}
        isDisabled={false}
        onRun={() => chain().deleteTable().run()}
      />
    </>
  )
}

function BarMenu({ editor, label, children }: { editor: Editor; label: string; children: React.ReactNode }) {
  return (
    <Menu shadow="md" position="bottom-start" returnFocus={false} onClose={() => editor.commands.focus()}>
      <Menu.Target>
        <Button
          size="compact-sm"
          variant="subtle"
          color="gray"
          rightSection={<IconChevronDown size={14} stroke={1.8} />}
          onMouseDown={(event) => event.preventDefault()}
        >
          {label}
        </Button>
      </Menu.Target>
      <Menu.Dropdown>{children}</Menu.Dropdown>
    </Menu>
  )
}
