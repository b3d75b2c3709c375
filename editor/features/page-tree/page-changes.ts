import { generateKeyBetween } from 'fractional-indexing'
import type { MovePageBody } from '../../../shared/api/page-tree.ts'
import type { Page } from '../../../shared/api/pages.ts'
import { removeSubtree } from './apply-page-fact.ts'
import { sortPages } from './page-order.ts'

/**
 * A change that somebody makes to the pages of a drive. `page` is what they saw when they began: what others
 * changed since then is found out by its revision.
 */
export type PageChange =
  | { kind: 'create'; driveId: string; id: string; parentId: string | null; userId: string }
  | { kind: 'rename'; driveId: string; page: Page; title: string }
  | { kind: 'icon'; driveId: string; page: Page; icon: string | null }
  | { kind: 'move'; driveId: string; page: Page; to: MovePlace }
  | { kind: 'delete'; driveId: string; page: Page; wasOpen: boolean }

/**
 * Where a page goes: below a parent, behind or before one that is there, else at the end; `driveId` if that is
 * in another drive.
 */
export type MovePlace = Pick<MovePageBody, 'driveId' | 'parentId' | 'afterId' | 'beforeId'>

/** The pages of a drive as they will be when what is under way has been made. */
export function applyPageChanges(pages: Page[], driveId: string, changes: PageChange[]): Page[] {
  return changes.filter((change) => change.driveId === driveId).reduce(applyPageChange, pages)
}

/** The page that a change concerns. */
export const toChangedId = (change: PageChange): string =>
  change.kind === 'create' ? change.id : change.page.id

/** The directions in which a page can be moved by one step. */
export const STEPS = ['up', 'down', 'in', 'out'] as const
export type Step = (typeof STEPS)[number]

function applyPageChange(pages: Page[], change: PageChange): Page[] {
  switch (change.kind) {
    case 'create':
      return pages.some(({ id }) => id === change.id) ? pages : [...pages, toNewPage(pages, change)]
    case 'rename':
      return pages.map((page) => (page.id === change.page.id ? { ...page, title: change.title } : page))
    case 'icon':
      return pages.map((page) => (page.id === change.page.id ? { ...page, icon: change.icon } : page))
    case 'move': {
      const { driveId = change.driveId, parentId } = change.to
      if (driveId !== change.driveId) return removeSubtree(pages, change.page.id)
      const position = choosePosition(pages, change.page.id, change.to)
      return pages.map((page) => (page.id === change.page.id ? { ...page, parentId, position } : page))
    }
    case 'delete':
      return removeSubtree(pages, change.page.id)
  }
}

/** Where one step leads to; null where there is nothing in that direction. */
export function findStep(pages: Page[], page: Page, step: Step): MovePlace | null {
  const parent = pages.find(({ id }) => id === page.parentId)
  const siblings = listSiblings(pages, parent?.id ?? null)
  const place = siblings.findIndex(({ id }) => id === page.id)
  const before = siblings[place - 1]
  const after = siblings[place + 1]
  switch (step) {
    case 'up':
      return before ? { parentId: page.parentId, beforeId: before.id } : null
    case 'down':
      return after ? { parentId: page.parentId, afterId: after.id } : null
    case 'in':
      return before ? { parentId: before.id } : null
    case 'out':
      return parent ? { parentId: parent.parentId, afterId: parent.id } : null
  }
}

/** Whether a page is another one or lies somewhere below it, as far as the list shows. */
export function isWithin(pages: readonly Page[], pageId: string, outerId: string): boolean {
  const seen = new Set<string>()
  for (let id: string | null = pageId; id !== null && !seen.has(id); ) {
    if (id === outerId) return true
    seen.add(id)
    const at: string = id
    id = pages.find((page) => page.id === at)?.parentId ?? null
  }
  return false
}

/** The ids of the pages above one, as far as the list shows. */
export function listAncestors(pages: readonly Page[], pageId: string): string[] {
  return pages.filter(({ id }) => id !== pageId && isWithin(pages, pageId, id)).map(({ id }) => id)
}

/** The pages below one parent in their order; a page whose parent is not in the list counts as at the top. */
function listSiblings(pages: Page[], parentId: string | null): Page[] {
  const ids = new Set(pages.map(({ id }) => id))
  const parentOf = (page: Page): string | null =>
    page.parentId !== null && ids.has(page.parentId) ? page.parentId : null
  return sortPages(pages.filter((page) => parentOf(page) === parentId)).map(({ page }) => page)
}

/** The position that the server will choose, near enough to show the page at its place. */
function choosePosition(pages: Page[], pageId: string, { parentId, afterId, beforeId }: MovePlace): string {
  const siblings = listSiblings(pages, parentId).filter(({ id }) => id !== pageId)
  const found = siblings.findIndex(({ id }) => id === (afterId ?? beforeId))
  const at = found === -1 ? siblings.length : found + (afterId === undefined ? 0 : 1)
  return generateKeyBetween(siblings[at - 1]?.position ?? null, siblings[at]?.position ?? null)
}

function toNewPage(pages: Page[], { id, driveId, parentId, userId }: PageChange & { kind: 'create' }): Page {
  const now = new Date().toISOString()
  return {
    ...{ id, driveId, parentId, title: '', icon: null, restricted: false, revision: 0 },
    ...{
      position: choosePosition(pages, id, { parentId }),
      createdAt: now,
      updatedAt: now,
      updatedBy: userId,
    },
  }
}
