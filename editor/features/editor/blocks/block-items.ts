import {
  IconAlertTriangle,
  IconAt,
  IconBlockquote,
  type IconBold,
  IconBulb,
  IconCaretRight,
  IconCircleCheck,
  IconExclamationCircle,
  IconFileText,
  IconH1,
  IconH2,
  IconH3,
  IconInfoCircle,
  IconList,
  IconListCheck,
  IconListNumbers,
  IconMoodSmile,
  IconNote,
  IconPhoto,
  IconSourceCode,
  IconSpacingVertical,
  IconTable,
  IconTypography,
} from '@tabler/icons-react'
import type { Editor } from '@tiptap/react'
import type { CalloutKind } from '../../../../shared/document/callout.ts'
import { pickImages } from '../images/pick-images.ts'

/** Something that can be put where somebody writes. */
export interface BlockItem {
  readonly label: string
  readonly group: 'Text' | 'Lists' | 'Blocks' | 'Media' | 'Mentions'
  /** Other words to find it by. */
  readonly keywords: string
  /** What typing makes it as well. */
  readonly hint?: string
  readonly Icon: typeof IconBold
  readonly run: (editor: Editor) => void
}

/** Where a block can stand: a summary has room for one line of text alone. */
const startBlock = (editor: Editor) => editor.chain().focus().leaveSummary()

const heading = (level: 1 | 2 | 3, Icon: typeof IconBold): BlockItem => ({
  label: `Heading ${level}`,
  group: 'Text',
  keywords: `title section h${level}`,
  hint: '#'.repeat(level),
  Icon,
  run: (editor) => startBlock(editor).setHeading({ level }).run(),
})

const callout = (kind: CalloutKind, label: string, keywords: string, Icon: typeof IconBold): BlockItem => ({
  label,
  group: 'Blocks',
  keywords: `callout box ${keywords}`,
  Icon,
  run: (editor) => startBlock(editor).setCallout(kind).run(),
})

/** Everything that the menus insert, in the order in which they show it. */
export const BLOCK_ITEMS: readonly BlockItem[] = [
  {
    label: 'Text',
    group: 'Text',
    keywords: 'paragraph plain',
    Icon: IconTypography,
    run: (editor) => startBlock(editor).setParagraph().run(),
  },
  heading(1, IconH1),
  heading(2, IconH2),
  heading(3, IconH3),
  {
    label: 'Bullet list',
    group: 'Lists',
    keywords: 'unordered points',
    hint: '-',
    Icon: IconList,
    run: (editor) => startBlock(editor).toggleBulletList().run(),
  },
  {
    label: 'Numbered list',
    group: 'Lists',
    keywords: 'ordered steps',
    hint: '1.',
    Icon: IconListNumbers,
    run: (editor) => startBlock(editor).toggleOrderedList().run(),
  },
  {
    label: 'Task list',
    group: 'Lists',
    keywords: 'todo check checkbox',
    hint: '[]',
    Icon: IconListCheck,
    run: (editor) => startBlock(editor).toggleTaskList().run(),
  },
  {
    label: 'Quote',
    group: 'Blocks',
    keywords: 'blockquote citation',
    hint: '>',
    Icon: IconBlockquote,
    run: (editor) => startBlock(editor).toggleBlockquote().run(),
  },
  {
    label: 'Code block',
    group: 'Blocks',
    keywords: 'source program snippet',
    hint: '```',
    Icon: IconSourceCode,
    run: (editor) => startBlock(editor).toggleCodeBlock().run(),
  },
  {
    label: 'Divider',
    group: 'Blocks',
    keywords: 'horizontal rule line separator',
    hint: '---',
    Icon: IconSpacingVertical,
    run: (editor) => startBlock(editor).setHorizontalRule().run(),
  },
  {
    label: 'Table',
    group: 'Blocks',
    keywords: 'grid rows columns',
    Icon: IconTable,
    run: (editor) => startBlock(editor).insertTable({ rows: 3, cols: 3, withHeaderRow: true }).run(),
  },
  {
    label: 'Details',
    group: 'Blocks',
    keywords: 'collapsible toggle fold spoiler',
    Icon: IconCaretRight,
    run: (editor) => startBlock(editor).setDetails().run(),
  },
  callout('note', 'Note', 'remark', IconNote),
  callout('info', 'Information', 'important', IconInfoCircle),
  callout('success', 'Tip', 'success idea', IconBulb),
  callout('warning', 'Warning', 'attention', IconAlertTriangle),
  callout('danger', 'Danger', 'caution error', IconExclamationCircle),
  {
    label: 'Image',
    group: 'Media',
    keywords: 'picture photo upload file',
    Icon: IconPhoto,
    run: (editor) => pickImages(editor.view),
  },
  {
    label: 'Emoji',
    group: 'Media',
    keywords: 'smiley symbol',
    hint: ':',
    Icon: IconMoodSmile,
    run: (editor) => typeSign(editor, ':smile'),
  },
  {
    label: 'Mention a person',
    group: 'Mentions',
    keywords: 'at name people',
    hint: '@',
    Icon: IconAt,
    run: (editor) => typeSign(editor, '@'),
  },
  {
    label: 'Link to a page',
    group: 'Mentions',
    keywords: 'mention reference page',
    hint: '@',
    Icon: IconFileText,
    run: (editor) => typeSign(editor, '@'),
  },
]

/** The name of each kind of callout, with its icon. */
export const CALLOUTS = [
  { kind: 'note', label: 'Note', Icon: IconNote },
  { kind: 'info', label: 'Information', Icon: IconInfoCircle },
  { kind: 'success', label: 'Tip', Icon: IconCircleCheck },
  { kind: 'warning', label: 'Warning', Icon: IconAlertTriangle },
  { kind: 'danger', label: 'Danger', Icon: IconExclamationCircle },
] as const satisfies readonly { kind: CalloutKind; label: string; Icon: typeof IconBold }[]

/** Items that a query names: all of its words begin one of theirs. The best come first. */
export function findBlockItems(query: string): readonly BlockItem[] {
  const words = query.toLowerCase().split(/\s+/).filter(Boolean)
  const ranked = BLOCK_ITEMS.map((item) => {
    const label = item.label.toLowerCase()
    const all = `${label} ${item.keywords}`.toLowerCase().split(' ')
    const isFound = words.every((word) => all.some((own) => own.startsWith(word)))
    return { item, rank: !isFound ? 0 : label.startsWith(query.toLowerCase()) ? 2 : 1 }
  })
  const isFirst = ranked.some(({ rank }) => rank === 2)
  return ranked
    .filter(({ rank }) => rank > 0)
    .sort((one, other) => (isFirst && words.length > 0 ? other.rank - one.rank : 0))
    .map(({ item }) => item)
}

/** Types a sign at the beginning of a word, so that its menu opens. */
function typeSign(editor: Editor, sign: string): void {
  const { $from } = editor.state.selection
  const before = $from.parent.textBetween(Math.max(0, $from.parentOffset - 1), $from.parentOffset)
  editor
    .chain()
    .focus()
    .insertContent(`${/^\S$/u.test(before) ? ' ' : ''}${sign}`)
    .run()
}
