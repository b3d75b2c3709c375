import { Drawer } from '@mantine/core'
import { useDisclosure, useHotkeys, useLocalStorage, useMediaQuery } from '@mantine/hooks'
import { type ReactNode, useEffect, useMemo } from 'react'
import { useLocation } from 'wouter'
import { usePerson } from '../../app/person.ts'
import { OutdatedBanner } from '../notices/OutdatedBanner.tsx'
import { useAccessNotices } from '../notices/use-access-notices.ts'
import { useServerNotices } from '../notices/use-server-notices.ts'
import classes from './Shell.module.css'
import { Sidebar } from './Sidebar.tsx'
import { ShellContext } from './shell-context.ts'
import { useLeftEdits } from './use-left-edits.ts'

/** The frame around every page: a sidebar that folds on a desk and slides in on a phone. Guests have none. */
export function Shell({ children }: { children: ReactNode }) {
  const { isGuest } = usePerson()
  const isPhone = useMediaQuery('(max-width: 48em)', window.innerWidth <= 768, {
    getInitialValueInEffect: false,
  })
  const [isFolded, setFolded] = useLocalStorage({ key: 'copydesk:sidebar-folded', defaultValue: false })
  const [isDrawerOpen, drawer] = useDisclosure(false)
  const [location] = useLocation()

  // biome-ignore lint/correctness/useExhaustiveDependencies: going somewhere closes the drawer
  useEffect(() => drawer.close(), [location])

  const controls = useMemo(
    () => ({
      hasSidebar: !isGuest,
      isSidebarOpen: isPhone ? isDrawerOpen : !isFolded,
      toggleSidebar: () => (isPhone ? drawer.toggle() : setFolded((before) => !before)),
    }),
    [isGuest, isPhone, isDrawerOpen, isFolded, drawer, setFolded],
  )
  useLeftEdits()
  useAccessNotices()
  useServerNotices()
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
            aria-label="Drives and pages"
          >
            <Sidebar />
          </Drawer>
        )}
        <div className={classes.stage}>
          <OutdatedBanner />
          <main className={classes.main}>{children}</main>
        </div>
      </div>
    </ShellContext>
  )
}
