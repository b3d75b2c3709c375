import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import type { Drive } from '../../../shared/api/drives.ts'
import type { PageList, PageWithRole } from '../../../shared/api/pages.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { showNotice } from '../../app/show-notice.ts'
import { useServerEvent } from '../../realtime/use-server-event.ts'
import { type AccessPlace, describeChanged, describeRevoked } from './access-words.ts'

/** Tells the person when they lost access or have another role, and why. */
export function useAccessNotices(): void {
  const queries = useQueryClient()
  useServerEvent('access_revoked', ({ driveId, pageId, reason }) => {
    // The page itself says it where it stood.
    if (pageId !== null && location.pathname.toLowerCase() === `/pages/${pageId}`) return
    const { title, text } = describeRevoked(findPlace(queries, driveId, pageId), reason)
    const id = `access:${pageId ?? driveId}`
    showNotice({ id, title, message: text, color: 'yellow', autoClose: false })
  })
  useServerEvent('access_changed', async ({ driveId, pageId, reason, role }) => {
    // Where one has just come in, nothing is known of it yet.
    await queries.invalidateQueries({ queryKey: queryKeys.drives }, { cancelRefetch: false })
    const { title, text } = describeChanged(findPlace(queries, driveId, pageId), reason, role)
    const id = `access:${pageId ?? driveId}`
    showNotice({ id, title, message: text, color: 'pine', autoClose: 10_000 })
  })
}

function findPlace(queries: QueryClient, driveId: string, pageId: string | null): AccessPlace {
  if (pageId === null) {
    const drive = queries.getQueryData<Drive[]>(queryKeys.drives)?.find(({ id }) => id === driveId)
    return { kind: 'drive', name: drive?.name ?? null }
  }
  const page =
    queries.getQueryData<PageWithRole>(queryKeys.page(pageId)) ??
    queries.getQueryData<PageList>(queryKeys.pages(driveId))?.items.find(({ id }) => id === pageId)
  return { kind: 'page', name: page?.title ?? null }
}
