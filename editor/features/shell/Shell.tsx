import { useDisclosure, useHotkeys, useLocalStorage, useMediaQuery } from '@mantine/hooks'
import { type ReactNode, useEffect, useMemo, useState } from 'react'
import { useLocation } from 'wouter'
import { latePart } from '../../app/late-part.tsx'
import { usePerson } from '../../app/person.ts'
import { useUnreadLive } from '../messages/use-unread.ts'
import { OutdatedBanner } from '../notices/OutdatedBanner.tsx'
import { useNotificationsLive } from '../notifications/use-notifications.ts'
import { useCurrentPage } from '../page-tree/use-current-page.ts'
import { useFavouritesLive } from '../page-tree/use-favourites.ts'
import { useRecentPagesLive } from '../shortcuts/use-recent-pages.ts'
import classes from './Shell.module.css'
import { Sidebar } from './Sidebar.tsx'
import { SidePanel } from './SidePanel.tsx'
import { type Panel, ShellContext } from './shell-context.ts'
import { useLeftEdits } from './use-left-edits.ts'
import { useSearchKeys } from './use-search-keys.ts'

const Drawer = latePart(() => import('./Drawer.tsx'), { missing: 'aside' })
const LiveNotices = latePart(() => import('../notices/LiveNotices.tsx'), { missing: 'aside' })
const SearchDialog = latePart(() => import('../search/SearchDialog.tsx'), { missing: 'aside' })

/** The frame around every page: a sidebar that folds on a desk and slides in on a phone. Guests have none. */
export function Shell({ children }: { children: ReactNode }) {
  const { isGuest } = usePerson()
  const isPhone = useMediaQuery('(max-width: 48em)', window.innerWidth <= 768, {
    getInitialValueInEffect: false,
  })
  const isNarrow = useMediaQuery('(max-width: 64em)', window.innerWidth <= 1024, {
    getInitialValueInEffect: false,
  })
  const [isFolded, setFolded] = useLocalStorage({ key: 'copydesk:sidebar-folded', defaultValue: false })
  const [isDrawerOpen, drawer] = useDisclosure(false)
  const [panel, setPanel] = useState<Panel | null>(null)
  const [isSearching, search] = useDisclosure(false)
  const [location] = useLocation()
  const current = useCurrentPage()

  // biome-ignore lint/correctness/useExhaustiveDependencies: going somewhere closes the drawer
  useEffect(() => drawer.close(), [location])

  const controls = useMemo(
    () => ({
      hasSidebar: !isGuest,
      isSidebarOpen: isPhone ? isDrawerOpen : !isFolded,
      toggleSidebar: () => (isPhone ? drawer.toggle() : setFolded((before) => !before)),
      panel,
      openPanel: setPanel,
      closePanel: () => setPanel(null),
      openSearch: search.open,
    }),
    [isGuest, isPhone, isDrawerOpen, isFolded, drawer, setFolded, panel, search.open],
  )
  useLeftEdits()
  useUnreadLive()
  useNotificationsLive()
  useFavouritesLive()
  useRecentPagesLive()
  useSearchKeys(!isGuest, search.open)
  // Also while writing: the sidebar folds away from the text.
  useHotkeys([['mod+\\', controls.toggleSidebar]], [], true)

  return (
    <ShellContext value={controls}>
      <div className={classes.shell}>
        {controls.hasSidebar && !isPhone && !isFolded && (
          <aside className={classes.side}>
            <Sidebar />
          </aside>
        )}
        {controls.hasSidebar && isPhone && (
          <Drawer
            opened={isDrawerOpen}
            onClose={drawer.close}
            size="min(20rem, 86vw)"
            withCloseButton={false}
            padding={0}
            classNames={{ content: classes.drawer ?? '', body: classes.drawerBody ?? '' }}
            attributes={{ content: { 'aria-label': 'Drives and pages' } }}
          >
            <Sidebar />
          </Drawer>
        )}
        <div className={classes.stage}>
          <OutdatedBanner />
          <main className={classes.main}>{children}</main>
        </div>
        {panel && current && (
          <SidePanel key={current.id} pageId={current.id} isDrawer={isNarrow} onClose={controls.closePanel} />
        )}
        <LiveNotices />
        {isSearching && <SearchDialog onClose={search.close} />}
      </div>
    </ShellContext>
  )
}
