import { useQuery } from '@tanstack/react-query'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { useFavourites } from '../page-tree/use-favourites.ts'
import { ShortcutSection } from './ShortcutSection.tsx'
import { useRecentPages } from './use-recent-pages.ts'

const MAX_RECENT = 6

/** The pages that the person keeps at hand, was given from elsewhere, and opened last. */
export function Shortcuts() {
  const { api } = usePerson()
  const favourites = useFavourites().list.data ?? []
  const recent = useRecentPages().data ?? []
  const shared = useQuery({
    queryKey: queryKeys.shared,
    queryFn: async () => (await api.listSharedPages()).items,
  })
  return (
    <nav aria-label="Shortcuts">
      <ShortcutSection name="favourites" heading="Favourites" isOpenAtFirst pages={favourites} />
      <ShortcutSection
        name="shared"
        heading="Shared with me"
        isOpenAtFirst
        pages={(shared.data ?? []).map(({ pageId, title }) => ({ id: pageId, title, icon: null }))}
      />
      <ShortcutSection
        name="recent"
        heading="Recent"
        isOpenAtFirst={false}
        pages={recent.slice(0, MAX_RECENT)}
      />
    </nav>
  )
}
