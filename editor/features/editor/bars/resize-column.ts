import { selectedRect } from '@tiptap/pm/tables'
import type { EditorView } from '@tiptap/pm/view'
import { MIN_COLUMN_WIDTH } from '../../../../shared/document/column-width.ts'
import { MAX_COLUMN_WIDTH } from '../../../../shared/document/table.ts'

/** Makes the column in which the selection begins wider or narrower, CSS pixels. */
export function resizeColumn(view: EditorView, by: number): void {
  const { map, table, tableStart, left } = selectedRect(view.state)
  const { tr } = view.state
  const first = map.map[left]
  const dom = first === undefined ? null : view.nodeDOM(tableStart + first)
  const shown = dom instanceof HTMLElement ? dom.offsetWidth : MIN_COLUMN_WIDTH
  const width = Math.min(MAX_COLUMN_WIDTH, Math.max(MIN_COLUMN_WIDTH, shown + by))
  for (const at of new Set(map.cellsInRect({ left, right: left + 1, top: 0, bottom: map.height }))) {
    const cell = table.nodeAt(at)
    if (cell === null) continue
    const span = Number(cell.attrs['colspan'])
    const before: unknown = cell.attrs['colwidth']
    const widths = Array.isArray(before) ? [...before] : Array.from({ length: span }, () => 0)
    widths[left - map.colCount(at)] = width
    tr.setNodeAttribute(tableStart + at, 'colwidth', widths)
  }
  view.dispatch(tr)
}
