import { ActionIcon, Tooltip } from '@mantine/core'
import { IconLayoutSidebar } from '@tabler/icons-react'
import type { ReactNode } from 'react'
import { latePart } from '../../app/late-part.tsx'
import { usePerson } from '../../app/person.ts'
import { PersonMenu } from '../account/PersonMenu.tsx'
import { NotificationBell } from '../notifications/NotificationBell.tsx'
import { useCurrentPage } from '../page-tree/use-current-page.ts'
import { Breadcrumbs } from './Breadcrumbs.tsx'
import { useShell } from './shell-context.ts'
import classes from './TopBar.module.css'
import { Wordmark } from './Wordmark.tsx'

const PageTools = latePart(() => import('./PageTools.tsx'), { missing: 'aside' })

/** The bar above a page: the way to the sidebar, what the page puts here, and a guest's own menu. */
export function TopBar({ start, children }: { start?: ReactNode; children?: ReactNode }) {
  const { isGuest } = usePerson()
  const { hasSidebar, isSidebarOpen, toggleSidebar } = useShell()
  const current = useCurrentPage()
  const label = isSidebarOpen ? 'Hide pages' : 'Show pages'
  return (
    <header className={classes.bar}>
      {hasSidebar ? (
        <Tooltip label={`${label} (Ctrl+\\)`}>
          <ActionIcon aria-label={label} aria-expanded={isSidebarOpen} onClick={toggleSidebar}>
            <IconLayoutSidebar size={19} stroke={1.6} />
          </ActionIcon>
        </Tooltip>
      ) : (
        <Wordmark />
      )}
      <div className={classes.start}>
        {current && <Breadcrumbs pageId={current.id} />}
        {start}
      </div>
      <div className={classes.end}>
        {children}
        <div className={classes.tools}>
          {current && <PageTools pageId={current.id} />}
          {!isGuest && <NotificationBell />}
        </div>
        {isGuest && <PersonMenu isCompact />}
      </div>
    </header>
  )
}
