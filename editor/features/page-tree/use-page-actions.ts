import { notifications } from '@mantine/notifications'
import { useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useLocation } from 'wouter'
import type { Page, PageList } from '../../../shared/api/pages.ts'
import { describeError } from '../../api/api-error.ts'
import { createId } from '../../api/create-id.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/queries.ts'
import { useServices } from '../../app/services.ts'
import { forgetLastPage, readLastPage } from '../shell/last-page.ts'
import { removeSubtree } from './apply-page-fact.ts'

/** Making, renaming and deleting pages; a failure is shown where it happened. */
export function usePageActions() {
  const { api, userId } = usePerson()
  const { storage } = useServices()
  const queries = useQueryClient()
  const [location, navigate] = useLocation()
  const [isBusy, setBusy] = useState(false)

  async function attempt(title: string, task: () => Promise<void>): Promise<void> {
    setBusy(true)
    try {
      await task()
    } catch (error) {
      notifications.show({ color: 'red', title, message: describeError(error) })
    } finally {
      setBusy(false)
    }
  }

  return {
    isBusy,
    createPage: (driveId: string, parentId: string | null = null) =>
      attempt('The page was not made', async () => {
        const page = await api.createPage(driveId, { id: createId(), title: '', parentId })
        queries.setQueryData(queryKeys.page(page.id), page)
        void queries.invalidateQueries({ queryKey: queryKeys.pages(driveId) })
        navigate(`/pages/${page.id}`)
      }),
    renamePage: (page: Page, title: string) =>
      attempt('The page was not renamed', async () => {
        const renamed = await api.renamePage(page.id, title)
        queries.setQueryData(queryKeys.page(page.id), renamed)
        void queries.invalidateQueries({ queryKey: queryKeys.pages(page.driveId) })
      }),
    deletePage: (page: Page) =>
      attempt('The page was not deleted', async () => {
        // Away first, so that the page does not tell its own deleter that somebody deleted it.
        const isOpen = location === `/pages/${page.id}`
        await api.deletePage(page.id)
        if (readLastPage(storage, userId) === page.id) forgetLastPage(storage, userId)
        queries.setQueryData<PageList>(queryKeys.pages(page.driveId), (list) =>
          list ? { ...list, items: removeSubtree(list.items, page.id) } : list,
        )
        void queries.invalidateQueries({ queryKey: queryKeys.pages(page.driveId) })
        if (isOpen) navigate('/')
      }),
    createDrive: (name: string) =>
      attempt('The drive was not made', async () => {
        await api.createDrive({ id: createId(), name })
        await queries.invalidateQueries({ queryKey: queryKeys.drives })
      }),
  }
}
