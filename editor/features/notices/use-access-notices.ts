import { type QueryClient, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import type { Drive } from '../../../shared/api/drives.ts'
import type { PageList, PageWithRole } from '../../../shared/api/pages.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { useServerEvent } from '../../realtime/use-server-event.ts'
import { createAccessNotices } from './access-notices.ts'
import { type AccessPlace, describeChanged, describeRevoked } from './access-words.ts'

/** Tells the person when they lost access or have another role, and why. */
export function useAccessNotices(): void {
  const queries = useQueryClient()
  const [notices] = useState(createAccessNotices)
  useServerEvent('access_revoked', (fact) => {
    const { driveId, pageId, reason } = fact
    // With a drive all that is in it is lost.
    const tell = notices.begin(fact, { withPages: pageId === null })
    // The page itself says it where it stood.
    if (pageId !== null && location.pathname.toLowerCase() === `/pages/${pageId}`) return
    const { title, text } = describeRevoked(findPlace(queries, driveId, pageId), reason)
    tell({ title, message: text, color: 'yellow', autoClose: false })
  })
  useServerEvent('access_changed', async (fact) => {
    const { driveId, pageId, reason, role } = fact
    // Whoever comes into a drive may open what was closed to them.
    const tell = notices.begin(fact, { withPages: pageId === null && reason === 'member-added' })
    // Where one has just come in, nothing is known of it yet.
    await queries.invalidateQueries({ queryKey: queryKeys.drives }, { cancelRefetch: false })
    const { title, text } = describeChanged(findPlace(queries, driveId, pageId), reason, role)
    tell({ title, message: text, color: 'pine', autoClose: 10_000 })
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
