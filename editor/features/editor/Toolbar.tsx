import { IconArrowBackUp, IconArrowForwardUp, IconKeyboard, IconSearch } from '@tabler/icons-react'
import { type Editor, useEditorState } from '@tiptap/react'
import { yUndoPluginKey } from '@tiptap/y-tiptap'
import { memo, useRef } from 'react'
import { BlockTypeMenu } from './BlockTypeMenu.tsx'
import { InsertMenu } from './blocks/InsertMenu.tsx'
import { AlignControl } from './bubble/AlignControl.tsx'
import { ColorControl } from './bubble/ColorControl.tsx'
import { LinkControl } from './LinkControl.tsx'
import classes from './Toolbar.module.css'
import { ToolbarButton } from './ToolbarButton.tsx'
import { BLOCK_COMMANDS, MARK_COMMANDS, type ToolbarCommand } from './toolbar-commands.ts'
import { useKeyboardInset } from './use-keyboard-inset.ts'
import { useRovingFocus } from './use-roving-focus.ts'
import type { WritingPanel } from './WritingTools.tsx'

const COMMANDS = [...MARK_COMMANDS, ...BLOCK_COMMANDS]

/** What can be done with the selected text. Shows what holds there, and does nothing in a page one may only read. */
export const Toolbar = memo(function Toolbar({ editor, isEditable, onPanel }: ToolbarProps) {
  const state = useEditorState({
    editor,
    selector: ({ editor: current }) => {
      // Not `current.can()`: that makes all commands anew, with each key.
      const history = yUndoPluginKey.getState(current.state)?.undoManager
      return {
        active: COMMANDS.filter(({ active }) => active && current.isActive(active)).map(({ label }) => label),
        canUndo: history !== undefined && history.undoStack.length > 0,
        canRedo: history !== undefined && history.redoStack.length > 0,
      }
    },
  })
  const bar = useRef<HTMLDivElement>(null)
  useKeyboardInset(bar)
  const strip = useRef<HTMLDivElement>(null)
  const rovingFocus = useRovingFocus(strip)
  const renderCommand = (command: ToolbarCommand) => (
    <ToolbarButton
      key={command.label}
      label={command.label}
      shortcut={command.shortcut}
      Icon={command.Icon}
      isActive={command.active === null ? undefined : state.active.includes(command.label)}
      isDisabled={!isEditable}
      onRun={() => command.run(editor)}
    />
  )
  return (
    <div ref={bar} className={classes.toolbar} role="toolbar" aria-label="Formatting" data-testid="toolbar">
      <div ref={strip} className={classes.strip} {...rovingFocus}>
        <BlockTypeMenu editor={editor} isEditable={isEditable} />
        <span className={classes.divider} />
        {MARK_COMMANDS.map(renderCommand)}
        <LinkControl editor={editor} isEditable={isEditable} />
        <ColorControl editor={editor} isEditable={isEditable} />
        <AlignControl editor={editor} isEditable={isEditable} />
        <span className={classes.divider} />
        <InsertMenu editor={editor} isEditable={isEditable} />
        {BLOCK_COMMANDS.map(renderCommand)}
        <span className={classes.divider} />
        <ToolbarButton
          label="Undo"
          shortcut="Mod-Z"
          Icon={IconArrowBackUp}
          isDisabled={!isEditable || !state.canUndo}
          onRun={() => editor.chain().focus().undo().run()}
        />
        <ToolbarButton
          label="Redo"
          shortcut="Mod-Shift-Z"
          Icon={IconArrowForwardUp}
          isDisabled={!isEditable || !state.canRedo}
          onRun={() => editor.chain().focus().redo().run()}
        />
        {onPanel && (
          <>
            <span className={classes.divider} />
            <ToolbarButton
              label="Find and replace"
              shortcut="Mod-F"
              Icon={IconSearch}
              isDisabled={false}
              onRun={() => onPanel('find')}
            />
            <ToolbarButton
              label="Keyboard"
              shortcut="Mod-/"
              Icon={IconKeyboard}
              isDisabled={false}
              onRun={() => onPanel('keyboard')}
            />
          </>
        )}
      </div>
    </div>
  )
})

interface ToolbarProps {
  editor: Editor
  isEditable: boolean
  /** Opens what stands beside the text; without it the toolbar offers none of that. */
  onPanel?: (panel: WritingPanel) => void
}
