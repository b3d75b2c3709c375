import { latePart } from '../../app/late-part.tsx'
import { LoadingRows } from '../page-tree/LoadingRows.tsx'
import classes from './Shell.module.css'

const Drawer = latePart(() => import('./Drawer.tsx'), { missing: 'aside' })
const MessagesPanel = latePart(() => import('../messages/MessagesPanel.tsx'), { waiting: <LoadingRows /> })

/** What stands beside the page; where there is no room for that it slides over it. */
export function SidePanel(props: { pageId: string; isDrawer: boolean; onClose: () => void }) {
  const { pageId, isDrawer, onClose } = props
  const content = <MessagesPanel pageId={pageId} onClose={onClose} />
  if (!isDrawer) return <aside className={classes.panel}>{content}</aside>
  return (
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
  )
}
