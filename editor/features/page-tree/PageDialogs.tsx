import type { Page } from '../../../shared/api/pages.ts'
import { latePart } from '../../app/late-part.tsx'
import { usePageActions } from './use-page-actions.ts'

const DeletePageDialog = latePart(() => import('./DeletePageDialog.tsx'), { missing: 'aside' })
const IconDialog = latePart(() => import('./IconDialog.tsx'), { missing: 'aside' })
const MovePageDialog = latePart(() => import('./MovePageDialog.tsx'), { missing: 'aside' })

/** What can be asked about a page before it is changed. */
export type PageDialog = 'icon' | 'move' | 'delete'

/** The dialog that is open for a page, if one is. */
export function PageDialogs(props: { page: Page; dialog: PageDialog | null; onClose: () => void }) {
  const { page, dialog, onClose } = props
  const { changeIcon, movePage, deletePage } = usePageActions()
  return (
    <>
      {dialog === 'icon' && (
        <IconDialog
          page={page}
          onClose={onClose}
          onChoose={(icon) => {
            onClose()
            changeIcon(page, icon)
          }}
        />
      )}
      {dialog === 'move' && (
        <MovePageDialog
          page={page}
          onClose={onClose}
          onMove={(to) => {
            onClose()
            movePage(page, to)
          }}
        />
      )}
      {dialog === 'delete' && (
        <DeletePageDialog
          title={page.title || 'Untitled'}
          onClose={onClose}
          onConfirm={() => {
            onClose()
            deletePage(page)
          }}
        />
      )}
    </>
  )
}
