import type { ChildPageList } from '../../../shared/api/page-tree.ts'
import type { Page, PageList } from '../../../shared/api/pages.ts'

/**
 * The pages of a drive as far as they are loaded: those at the top, and those below the parents in `loaded`.
 * Without `loaded` all of them.
 */
export interface PageTreeList extends PageList {
  readonly loaded?: readonly string[]
  /** Pages that have others below them, as the server said; what is loaded tells for itself. */
  readonly parents?: readonly string[]
}

/** One answer about the pages below a parent; `known` is answered again if it is still so. */
export type ListChildren = (
  driveId: string,
  query: { parentId: string | null; cursor?: string },
  known?: { tag: string; value: ChildPageList },
) => Promise<ChildPageList>

/** Whether there are pages below one, loaded or not. */
export function hasChildren(list: PageTreeList, pages: readonly Page[], pageId: string): boolean {
  if (pages.some(({ parentId }) => parentId === pageId)) return true
  return !isLoaded(list, pageId) && (list.parents?.includes(pageId) ?? false)
}

/** Whether the pages below one are all in the list. */
export function isLoaded(list: PageTreeList, pageId: string | null): boolean {
  return pageId === null || list.loaded === undefined || list.loaded.includes(pageId)
}

/**
 * Fetches the pages at the top of a drive and below everything that is open. What is known already is not
 * fetched again while the drive is at the revision that it shows.
 */
export async function loadPageTree(
  listChildren: ListChildren,
  driveId: string,
  open: readonly string[],
  known?: PageTreeList,
): Promise<PageTreeList> {
  const top = await listAll(listChildren, driveId, null, known)
  let list: PageTreeList =
    top === 'unchanged' && known !== undefined
      ? known
      : withChildren({ items: [], revision: Number.POSITIVE_INFINITY, loaded: [], parents: [] }, null, top)
  // Level by level: what is open below something closed is not seen.
  for (;;) {
    const due = list.items.filter(({ id }) => open.includes(id) && !isLoaded(list, id) && hasOwn(list, id))
    if (due.length === 0) return list
    const answers = await Promise.all(due.map(({ id }) => listAll(listChildren, driveId, id)))
    for (const [index, answer] of answers.entries())
      list = withChildren(list, (due[index] as Page).id, answer)
  }
}

/** Fetches the pages below one and adds them; `refetch` when the drive has moved on meanwhile. */
export async function loadChildren(
  listChildren: ListChildren,
  driveId: string,
  parentId: string,
): Promise<(list: PageTreeList) => PageTreeList | 'refetch'> {
  const answer = await listAll(listChildren, driveId, parentId)
  return (list) => {
    if (isLoaded(list, parentId)) return list
    if (answer === 'unchanged' || answer.revision !== list.revision) return 'refetch'
    return withChildren(list, parentId, answer)
  }
}

const hasOwn = (list: PageTreeList, pageId: string): boolean => list.parents?.includes(pageId) ?? false

/** All pages below one parent, however many answers they take. */
async function listAll(
  listChildren: ListChildren,
  driveId: string,
  parentId: string | null,
  known?: PageTreeList,
): Promise<ChildPageList | 'unchanged'> {
  const unchanged: ChildPageList = { items: [], revision: -1 }
  const tag = known === undefined ? undefined : { tag: `"${known.revision}"`, value: unchanged }
  const first = await listChildren(driveId, { parentId }, tag)
  if (first === unchanged) return 'unchanged'
  const items = [...first.items]
  let revision = first.revision
  for (let cursor = first.nextCursor; cursor !== undefined; ) {
    const next = await listChildren(driveId, { parentId, cursor })
    items.push(...next.items)
    revision = Math.min(revision, next.revision)
    cursor = next.nextCursor
  }
  return { items, revision }
}

function withChildren(
  list: PageTreeList,
  parentId: string | null,
  answer: ChildPageList | 'unchanged',
): PageTreeList {
  if (answer === 'unchanged') return list
  const ids = new Set(answer.items.map(({ id }) => id))
  const parents = answer.items.filter((page) => page.hasChildren).map(({ id }) => id)
  return {
    items: [
      ...list.items.filter(({ id }) => !ids.has(id)),
      ...answer.items.map(({ hasChildren: _, ...page }) => page),
    ],
    // The oldest that any part shows: facts behind it are then heard for all parts.
    revision: Math.min(list.revision, answer.revision),
    loaded: [...(list.loaded ?? []), ...(parentId === null ? [] : [parentId])],
    parents: [...(list.parents ?? []), ...parents],
  }
}
