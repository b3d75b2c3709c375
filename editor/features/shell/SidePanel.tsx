import { lazy, Suspense } from 'react'
import { LoadingRows } from '../page-tree/LoadingRows.tsx'
import classes from './Shell.module.css'

const Drawer = lazy(() => import('./Drawer.tsx'))
const MessagesPanel = lazy(() => import('../messages/MessagesPanel.tsx'))

/** What stands beside the page; where there is no room for that it slides over it. */
export function SidePanel(props: { pageId: string; isDrawer: boolean; onClose: () => void }) {
  const { pageId, isDrawer, onClose } = props
  const content = (
    <Suspense fallback={<LoadingRows />}>
      <MessagesPanel pageId={pageId} onClose={onClose} />
    </Suspense>
  )
  if (!isDrawer) return <aside className={classes.panel}>{content}</aside>
  return (
    <Suspense>
      <Drawer
        opened
        onClose={onClose}
        position="right"
        size="min(24rem, 100vw)"
        withCloseButton={false}
        padding={0}
        classNames={{ content: classes.drawer ?? '', body: classes.drawerBody ?? '' }}
        attributes={{ content: { 'aria-label': 'Messages' } }}
      >
        {/* The focus comes here first: the panel may not be there yet. */}
        <div tabIndex={-1} data-autofocus className={classes.panelContent}>
          {content}
        </div>
      </Drawer>
    </Suspense>
  )
}
