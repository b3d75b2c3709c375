import type { Page } from '../../../shared/api/pages.ts'

/** A page in reading order, with how deep it lies. */
export interface PageRow {
  page: Page
  depth: number
}

/**
 * The pages of a drive as the list shows them: children below their parent, siblings by position, compared
 * byte by byte. A page whose parent is not in the list stands at the top, so that none is ever hidden.
 */
export function sortPages(pages: Page[]): PageRow[] {
  const ids = new Set(pages.map(({ id }) => id))
  const childrenByParentId = new Map<string | null, Page[]>()
  for (const page of pages) {
    const parentId = page.parentId !== null && ids.has(page.parentId) ? page.parentId : null
    childrenByParentId.set(parentId, [...(childrenByParentId.get(parentId) ?? []), page])
  }
  const rows: PageRow[] = []
  const visit = (parentId: string | null, depth: number): void => {
    for (const page of (childrenByParentId.get(parentId) ?? []).sort(comparePages)) {
      rows.push({ page, depth })
      visit(page.id, depth + 1)
    }
  }
  visit(null, 0)
  return rows
}

/** The rows that are seen: those of which every page above is open. */
export function listSeenRows(rows: readonly PageRow[], open: readonly string[]): PageRow[] {
  const isOpen = new Set(open)
  let closedDepth = Number.POSITIVE_INFINITY
  return rows.filter(({ page, depth }) => {
    if (depth > closedDepth) return false
    closedDepth = isOpen.has(page.id) ? Number.POSITIVE_INFINITY : depth
    return true
  })
}

function comparePages(left: Page, right: Page): number {
  if (left.position !== right.position) return left.position < right.position ? -1 : 1
  return left.id < right.id ? -1 : 1
}
