import {
  IconBlockquote,
  IconBold,
  IconCode,
  IconItalic,
  IconList,
  IconListCheck,
  IconListNumbers,
  IconSourceCode,
  IconSpacingVertical,
  IconStrikethrough,
  IconUnderline,
} from '@tabler/icons-react'
import type { Editor } from '@tiptap/react'

/** A toolbar button: what it is called, its shortcut, and what it does. */
export interface ToolbarCommand {
  label: string
  /** In TipTap's notation, `Mod` for Ctrl or ⌘. */
  shortcut: string
  Icon: typeof IconBold
  /** The mark or node whose presence shows the button pressed. */
  active: string | null
  run(editor: Editor): void
}

export const MARK_COMMANDS: readonly ToolbarCommand[] = [
  {
    label: 'Bold',
    shortcut: 'Mod-B',
    Icon: IconBold,
    active: 'bold',
    run: (editor) => editor.chain().focus().toggleBold().run(),
  },
  {
    label: 'Italic',
    shortcut: 'Mod-I',
    Icon: IconItalic,
    active: 'italic',
    run: (editor) => editor.chain().focus().toggleItalic().run(),
  },
  {
    label: 'Underline',
    shortcut: 'Mod-U',
    Icon: IconUnderline,
    active: 'underline',
    run: (editor) => editor.chain().focus().toggleUnderline().run(),
  },
  {
    label: 'Strikethrough',
    shortcut: 'Mod-Shift-S',
    Icon: IconStrikethrough,
    active: 'strike',
    run: (editor) => editor.chain().focus().toggleStrike().run(),
  },
  {
    label: 'Code',
    shortcut: 'Mod-E',
    Icon: IconCode,
    active: 'code',
    run: (editor) => editor.chain().focus().toggleCode().run(),
  },
]

export const BLOCK_COMMANDS: readonly ToolbarCommand[] = [
  {
    label: 'Bullet list',
    shortcut: 'Mod-Shift-8',
    Icon: IconList,
    active: 'bulletList',
    run: (editor) => editor.chain().focus().toggleBulletList().run(),
  },
  {
    label: 'Numbered list',
    shortcut: 'Mod-Shift-7',
    Icon: IconListNumbers,
    active: 'orderedList',
    run: (editor) => editor.chain().focus().toggleOrderedList().run(),
  },
  {
    label: 'Task list',
    shortcut: 'Mod-Shift-9',
    Icon: IconListCheck,
    active: 'taskList',
    run: (editor) => editor.chain().focus().toggleTaskList().run(),
  },
  {
    label: 'Quote',
    shortcut: 'Mod-Shift-B',
    Icon: IconBlockquote,
    active: 'blockquote',
    run: (editor) => editor.chain().focus().toggleBlockquote().run(),
  },
  {
    label: 'Code block',
    shortcut: 'Mod-Alt-C',
    Icon: IconSourceCode,
    active: 'codeBlock',
    run: (editor) => editor.chain().focus().toggleCodeBlock().run(),
  },
  {
    label: 'Divider',
    shortcut: '---',
    Icon: IconSpacingVertical,
    active: null,
    run: (editor) => editor.chain().focus().setHorizontalRule().run(),
  },
]

/** A shortcut as this device's keyboard has it. */
export function formatShortcut(shortcut: string, isApple: boolean): string {
  if (!shortcut.includes('Mod')) return shortcut
  return isApple
    ? shortcut.replace('Mod', '⌘').replace('Alt', '⌥').replace('Shift', '⇧').replaceAll('-', '')
    : shortcut.replace('Mod', 'Ctrl').replaceAll('-', '+')
}

export const isAppleDevice = /Mac|iPhone|iPad/u.test(navigator.userAgent)
