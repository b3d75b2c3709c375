import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import type { Page } from '../../../shared/api/pages.ts'
import { describeError } from '../../api/api-error.ts'
import { createId } from '../../api/create-id.ts'
import { takeChangedPage } from '../../app/live-queries.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { useServices } from '../../app/services.ts'
import { forgetLastPage, readLastPage } from '../shell/last-page.ts'
import { removeSubtree } from './apply-page-fact.ts'
import { showMoveConflict, showTitleConflict } from './ConflictNotice.tsx'
import type { MovePlace, PageChange } from './page-changes.ts'
import type { PageTreeList } from './page-tree-list.ts'
import { useOpenPages } from './use-open-pages.ts'
import { PAGE_CHANGES } from './use-page-lists.ts'

const FAILED = {
  create: 'The page was not made',
  rename: 'The page was not renamed',
  icon: 'The icon was not changed',
  move: 'The page was not moved',
  delete: 'The page was not deleted',
} as const satisfies Record<PageChange['kind'], string>

/**
 * Making, renaming, moving and deleting pages. What is done is shown at once; what fails goes back to what it
 * was, and is told; where somebody else did the same, their name is.
 */
export function usePageActions() {
  const { api, userId } = usePerson()
  const { storage } = useServices()
  const queries = useQueryClient()
  const [location, navigate] = useLocation()
  const { setOpen } = useOpenPages()

  async function make(change: PageChange): Promise<void> {
    switch (change.kind) {
      case 'create': {
        const { id, driveId, parentId } = change
        await takeChangedPage(queries, await api.createPage(driveId, { id, title: '', parentId }))
        navigate(`/pages/${id}`)
        return
      }
      case 'rename': {
        const { page: seen, title } = change
        const { conflict, ...made } = await api.updatePage(seen.id, { title, basedOnRevision: seen.revision })
        await takeChangedPage(queries, made)
        showTitleConflict(conflict, { userId, seen, made }, () =>
          apply({ ...change, page: made, title: conflict?.page.title ?? '' }),
        )
        return
      }
      case 'icon': {
        const { page: seen, icon } = change
        const { conflict: _, ...made } = await api.updatePage(seen.id, { icon })
        await takeChangedPage(queries, made)
        return
      }
      case 'move': {
        const { page: seen, to } = change
        const { conflict, ...made } = await api.movePage(seen.id, { ...to, basedOnRevision: seen.revision })
        // From another drive it leaves a list as well.
        if (made.driveId !== seen.driveId) dropFromList(seen)
        await takeChangedPage(queries, made)
        void queries.invalidateQueries({ queryKey: ['breadcrumbs'] })
        showMoveConflict(conflict, { userId, seen, made })
        return
      }
      case 'delete': {
        await api.deletePage(change.page.id)
        if (readLastPage(storage, userId) === change.page.id) forgetLastPage(storage, userId)
        dropFromList(change.page)
      }
    }
  }

  /** Without raising the list's revision: the facts about it do, or the next fetch. */
  function dropFromList(page: Page): void {
    queries.setQueryData<PageTreeList>(
      queryKeys.pages(page.driveId),
      (list) => list && { ...list, items: removeSubtree(list.items, page.id) },
    )
  }

  const { mutate: apply } = useMutation({
    mutationKey: PAGE_CHANGES,
    mutationFn: make,
    // One after the other: what is made inside a new page comes after it.
    scope: { id: 'page-changes' },
    onError(error, change) {
      fail(FAILED[change.kind], error)
      if (change.kind === 'delete' && change.wasOpen) navigate(`/pages/${change.page.id}`)
    },
  })
  const copy = useMutation({
    mutationFn: (page: Page) => api.duplicatePage(page.id, createId()),
    async onSuccess(made) {
      // What lies below came along: the list is fetched anew.
      await queries.invalidateQueries({ queryKey: queryKeys.pages(made.driveId) })
      navigate(`/pages/${made.id}`)
    },
    onError: (error) => fail('The page was not duplicated', error),
  })
  const drive = useMutation({
    mutationFn: (name: string) => api.createDrive({ id: createId(), name }),
    onSuccess: () => queries.invalidateQueries({ queryKey: queryKeys.drives }),
    onError: (error) => fail('The drive was not made', error),
  })

  return {
    createPage(driveId: string, parentId: string | null = null): void {
      if (parentId !== null) setOpen([parentId], true)
      apply({ kind: 'create', driveId, parentId, id: createId(), userId })
    },
    renamePage: (page: Page, title: string) => apply({ kind: 'rename', driveId: page.driveId, page, title }),
    changeIcon: (page: Page, icon: string | null) =>
      apply({ kind: 'icon', driveId: page.driveId, page, icon }),
    movePage(page: Page, to: MovePlace): void {
      if (to.parentId !== null) setOpen([to.parentId], true)
      apply({ kind: 'move', driveId: page.driveId, page, to })
    },
    duplicatePage: (page: Page) => copy.mutate(page),
    deletePage(page: Page): void {
      // Away first, so that the page does not tell its own deleter that somebody deleted it.
      const wasOpen = location === `/pages/${page.id}`
      if (wasOpen) {
        forgetLastPage(storage, userId)
        navigate('/')
      }
      apply({ kind: 'delete', driveId: page.driveId, page, wasOpen })
    },
    createDrive: (name: string, onMade: () => void) => drive.mutate(name, { onSuccess: onMade }),
    isMakingDrive: drive.isPending,
  }
}

function fail(title: string, error: unknown): void {
  notifications.show({ color: 'red', title, message: describeError(error) })
}
