import { useEffect } from 'react'
import { useBreadcrumbs } from '../../app/queries.ts'
import { useCurrentPage } from './use-current-page.ts'
import { useOpenPages } from './use-open-pages.ts'

/** Opens the pages above the one that one goes to, so that it is seen in the tree. */
export function useRevealCurrentPage(): void {
  const current = useCurrentPage()
  const { setOpen } = useOpenPages()
  const { data } = useBreadcrumbs(current?.id ?? null)
  const above = (data?.items ?? [])
    .slice(0, -1)
    .map(({ id }) => id)
    .join(' ')
  useEffect(() => {
    if (above !== '') setOpen(above.split(' '), true)
  }, [above, setOpen])
}
