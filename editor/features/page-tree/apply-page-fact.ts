import type { Page, PageList } from '../../../shared/api/pages.ts'
import type { Facts } from '../../../shared/protocol/events.ts'

type Change = Facts['page_created'] | Facts['page_updated']

/**
 * The list after a fact, or `refetch` when a fact before this one was missed. A fact that the list shows
 * already changes nothing.
 */
export function applyPageFact(list: PageList, fact: Change | Facts['page_deleted']): PageList | 'refetch' {
  if (fact.revision <= list.revision) return list
  if (fact.revision > list.revision + 1) return 'refetch'
  const items = 'page' in fact ? putPage(list.items, fact.page) : removeSubtree(list.items, fact.pageId)
  return { items, revision: fact.revision }
}

function putPage(pages: Page[], page: Page): Page[] {
  return pages.some(({ id }) => id === page.id)
    ? pages.map((before) => (before.id === page.id ? page : before))
    : [...pages, page]
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
