import type { Attributes } from '@tiptap/core'
import {
  TableRow,
  Table as TiptapTable,
  TableCell as TiptapTableCell,
  TableHeader as TiptapTableHeader,
} from '@tiptap/extension-table'
import { MIN_COLUMN_WIDTH } from './column-width.ts'
import { readAttribute } from './read-attribute.ts'

/** How many columns or rows a cell may span, and how wide a column may be, CSS pixels. */
export const MAX_SPAN = 1000
export const MAX_COLUMN_WIDTH = 10_000

/** Whether a value is how many columns or rows a cell spans. */
export function isSpan(value: unknown): value is number {
  return Number.isInteger(value) && (value as number) >= 1 && (value as number) <= MAX_SPAN
}

/** Whether a value is the widths of a cell's columns: 0 for one that has none of its own. */
export function isColumnWidths(value: unknown): value is number[] {
  return (
    Array.isArray(value) &&
    value.length <= MAX_SPAN &&
    value.every((width) => Number.isInteger(width) && width >= 0 && width <= MAX_COLUMN_WIDTH)
  )
}

/** The widths of a cell's columns from their HTML attribute, `120,0,80`; null if it says nothing sensible. */
export function readColumnWidths(value: string | null | undefined): number[] | null {
  if (!value) return null
  const widths = value.split(',').map(Number)
  return isColumnWidths(widths) ? widths : null
}

/** A span from its HTML attribute. */
export function readSpan(value: string | null | undefined): number {
  const span = Number(value ?? 1)
  return isSpan(span) ? span : 1
}

const cellAttributes = (): Attributes => ({
  colspan: { default: 1, parseHTML: (element) => readSpan(readAttribute(element, 'colspan')) },
  rowspan: { default: 1, parseHTML: (element) => readSpan(readAttribute(element, 'rowspan')) },
  colwidth: {
    default: null,
    parseHTML: (element) => readColumnWidths(readAttribute(element, 'colwidth')),
    renderHTML: ({ colwidth }) => (isColumnWidths(colwidth) ? { colwidth: colwidth.join(',') } : {}),
  },
})

/** The nodes of tables. Cells hold blocks, which are aligned by themselves; widths are no inline styles. */
export const TABLE_EXTENSIONS = [
  TiptapTable.extend({
    renderHTML: ({ HTMLAttributes }) => ['table', HTMLAttributes, ['tbody', 0]],
  }).configure({ resizable: true, allowTableNodeSelection: true, cellMinWidth: MIN_COLUMN_WIDTH }),
  TableRow,
  TiptapTableCell.extend({ addAttributes: cellAttributes }),
  TiptapTableHeader.extend({ addAttributes: cellAttributes }),
]
