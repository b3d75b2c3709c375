import { useQueryClient } from '@tanstack/react-query'
import { useRoute } from 'wouter'
import type { PageWithRole } from '../../../shared/api/pages.ts'
import { queryKeys } from '../../app/query-keys.ts'

/** The page whose address is open, as far as it is known; its id is known at once. */
export function useCurrentPage(): { id: string; driveId: string | null } | null {
  const [isPage, params] = useRoute('/pages/:pageId')
  const queries = useQueryClient()
  if (!isPage) return null
  const id = params.pageId.toLowerCase()
  return { id, driveId: queries.getQueryData<PageWithRole>(queryKeys.page(id))?.driveId ?? null }
}
