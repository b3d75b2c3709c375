import type { Page } from '../../../shared/api/pages.ts'
import type { Facts } from '../../../shared/protocol/events.ts'
import { isLoaded, type PageTreeList } from './page-tree-list.ts'

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
export function applyPageFact(list: PageTreeList, fact: PageFact): PageTreeList | 'refetch' {
  if (fact.revision <= list.revision) return list
  if (fact.revision > list.revision + 1) return 'refetch'
  const next = applyTo(list, fact)
  return next === 'refetch' ? next : { ...next, revision: fact.revision }
}

function applyTo(list: PageTreeList, fact: PageFact): PageTreeList | 'refetch' {
  // Without a page it was deleted, or has left the drive.
  if ('pageId' in fact && !('page' in fact && fact.page))
    return { ...list, items: removeSubtree(list.items, fact.pageId) }
  const page = (fact as { page: Page }).page
  const before = list.items.find(({ id }) => id === page.id)
  if (!isLoaded(list, page.parentId) && before?.parentId !== page.parentId) return hide(list, page)
  // From the trash, or from another place, it may have brought others along.
  const mayBringOthers = 'pageCount' in fact ? fact.pageCount > 1 : 'pageId' in fact && !before
  if (mayBringOthers) return 'refetch'
  const items = before
    ? list.items.map((other) => (other.id === page.id ? page : other))
    : [...list.items, page]
  return { ...list, items }
}

/** It lies below a page whose children are not loaded: all that is seen is that this one has some. */
function hide(list: PageTreeList, { id, parentId }: Page): PageTreeList {
  const parents = [...(list.parents ?? []), ...(parentId === null ? [] : [parentId])]
  return { ...list, items: removeSubtree(list.items, id), parents }
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
