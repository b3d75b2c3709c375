import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import type { Page, PageList } from '../../../shared/api/pages.ts'
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
import { PAGE_CHANGES } from './use-page-lists.ts'

const FAILED = {
  create: 'The page was not made',
  rename: 'The page was not renamed',
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
      case 'move': {
        const { page: seen, to } = change
        const { conflict, ...made } = await api.movePage(seen.id, { ...to, basedOnRevision: seen.revision })
        await takeChangedPage(queries, made)
        showMoveConflict(conflict, { userId, seen, made })
        return
      }
      case 'delete': {
        await api.deletePage(change.page.id)
        if (readLastPage(storage, userId) === change.page.id) forgetLastPage(storage, userId)
        // Without raising its revision: the facts about it do, or the next fetch.
        queries.setQueryData<PageList>(
          queryKeys.pages(change.driveId),
          (list) => list && { ...list, items: removeSubtree(list.items, change.page.id) },
        )
      }
    }
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
  const drive = useMutation({
    mutationFn: (name: string) => api.createDrive({ id: createId(), name }),
    onSuccess: () => queries.invalidateQueries({ queryKey: queryKeys.drives }),
    onError: (error) => fail('The drive was not made', error),
  })

  return {
    createPage: (driveId: string, parentId: string | null = null) =>
      apply({ kind: 'create', driveId, parentId, id: createId(), userId }),
    renamePage: (page: Page, title: string) => apply({ kind: 'rename', driveId: page.driveId, page, title }),
    movePage: (page: Page, to: MovePlace) => apply({ kind: 'move', driveId: page.driveId, page, to }),
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
