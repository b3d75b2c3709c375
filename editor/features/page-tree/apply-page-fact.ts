import type { Page, PageList } from '../../../shared/api/pages.ts'
import type { Facts } from '../../../shared/protocol/events.ts'

/** Everything that can happen to a list of pages. */
export type PageFact = Facts[
  | 'page_created'
  | 'page_updated'
  | 'page_deleted'
  | 'page_moved'
  | 'page_restored']

/**
 * The list after a fact, or `refetch` when a fact before this one was missed, or when pages have come along
 * that it does not carry. A fact that the list shows already changes nothing.
 */
export function applyPageFact(list: PageList, fact: PageFact): PageList | 'refetch' {
  if (fact.revision <= list.revision) return list
  if (fact.revision > list.revision + 1) return 'refetch'
  const items = applyTo(list.items, fact)
  return items === 'refetch' ? items : { items, revision: fact.revision }
}

function applyTo(pages: Page[], fact: PageFact): Page[] | 'refetch' {
  // Without a page it was deleted, or has left the drive.
  if ('pageId' in fact && !('page' in fact && fact.page)) return removeSubtree(pages, fact.pageId)
  const page = (fact as { page: Page }).page
  const isThere = pages.some(({ id }) => id === page.id)
  // From the trash, or from another drive, it may have brought others along.
  const mayBringOthers = 'pageCount' in fact ? fact.pageCount > 1 : 'pageId' in fact && !isThere
  if (mayBringOthers) return 'refetch'
  return isThere ? pages.map((before) => (before.id === page.id ? page : before)) : [...pages, page]
}

/** The pages without one and everything under it. */
export function removeSubtree(pages: Page[], pageId: string): Page[] {
  const removed = new Set([pageId])
  for (let before = 0; before !== removed.size; ) {
    before = removed.size
    for (const page of pages) if (page.parentId !== null && removed.has(page.parentId)) removed.add(page.id)
  }
  return pages.filter(({ id }) => !removed.has(id))
}
