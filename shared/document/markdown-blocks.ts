import type { Node } from '@tiptap/pm/model'
import type { CalloutKind } from './callout.ts'

/** The words for callouts that GitHub and others show as such: `> [!NOTE]`. */
export const CALLOUT_WORDS = {
  note: 'NOTE',
  info: 'IMPORTANT',
  success: 'TIP',
  warning: 'WARNING',
  danger: 'CAUTION',
} as const satisfies Record<CalloutKind, string>

/** Whether a block says something besides its text that Markdown has no sign for, and HTML has. */
export function needsHtml(node: Node): boolean {
  switch (node.type.name) {
    case 'paragraph':
    case 'heading':
      return node.attrs['textAlign'] !== null
    case 'image':
      return (
        ['width', 'height', 'align'].some((name) => node.attrs[name] !== null) || node.attrs['alt'] === ''
      )
    case 'table':
      return !isPlainTable(node)
    case 'taskList':
      // Its box stands in front of the first words; HTML cannot stand behind it.
      return node.children.some(({ firstChild }) => firstChild !== null && needsHtml(firstChild))
    case 'details':
      return holdsDetailsLine(node)
    default:
      return false
  }
}

/** A table as Markdown has them: one row of headers, then rows of cells with one line of text each. */
function isPlainTable(table: Node): boolean {
  const columns = table.firstChild?.childCount ?? 0
  return (
    columns > 0 &&
    table.children.every((row, index) => {
      const kind = index === 0 ? 'tableHeader' : 'tableCell'
      return (
        row.childCount === columns && row.children.every((cell) => cell.type.name === kind && isPlain(cell))
      )
    }) &&
    table.firstChild?.children.every((_cell, column) => columnAlign(table, column) !== undefined) === true
  )
}

function isPlain({ attrs, childCount, firstChild }: Node): boolean {
  const isPlainSize = attrs['colspan'] === 1 && attrs['rowspan'] === 1 && attrs['colwidth'] === null
  return isPlainSize && childCount === 1 && firstChild?.type.name === 'paragraph'
}

/** How all the cells of a column are aligned; undefined if not alike, or as Markdown cannot say. */
export function columnAlign(table: Node, column: number): string | null | undefined {
  const alignOf = (row: Node): unknown => row.child(column).firstChild?.attrs['textAlign']
  const [first, ...rest] = table.children
  const align = first === undefined ? undefined : alignOf(first)
  if (align !== null && align !== 'left' && align !== 'center' && align !== 'right') return undefined
  return rest.every((row) => alignOf(row) === align) ? align : undefined
}

/** Code in which a line looks as if the details around it began or ended there. */
function holdsDetailsLine(details: Node): boolean {
  let isFound = false
  details.descendants((node) => {
    if (node.type.spec.code) isFound ||= /^\s*<\/?details/im.test(node.textContent)
    return !isFound
  })
  return isFound
}
