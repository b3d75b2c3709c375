import type { AnyExtension } from '@tiptap/core'
import { Table } from '@tiptap/extension-table'
import { columnResizing, TableView } from '@tiptap/pm/tables'
import { MIN_COLUMN_WIDTH, UNSIZED_COLUMN_WIDTH } from '../../../shared/document/column-width.ts'

/**
 * The schema's table, in which somebody may make a column narrower than those are that nobody has sized: TipTap knows one
 * least width for both.
 */
export function withPageTables(extension: AnyExtension): AnyExtension {
  if (extension.name !== Table.name) return extension
  const pageTables = (extension as typeof Table).extend({
    addProseMirrorPlugins() {
      const resizing = columnResizing({
        cellMinWidth: MIN_COLUMN_WIDTH,
        defaultCellMinWidth: UNSIZED_COLUMN_WIDTH,
        View: null,
      })
      return [resizing, ...(this.parent?.() ?? [])]
    },
  })
  // TipTap's own way to resize is left out, and with it the view that belongs to it.
  return pageTables.configure({ resizable: false, cellMinWidth: UNSIZED_COLUMN_WIDTH, View: TableView })
}
