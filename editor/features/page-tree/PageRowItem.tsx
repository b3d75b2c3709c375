import { TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconFileText } from '@tabler/icons-react'
import { useState } from 'react'
import { Link } from 'wouter'
import type { Page } from '../../../shared/api/pages.ts'
import { DeletePageDialog } from './DeletePageDialog.tsx'
import { PageRowMenu } from './PageRowMenu.tsx'
import classes from './PageTree.module.css'
import { usePageActions } from './use-page-actions.ts'

const INDENT_REM = 0.95
const MAX_INDENT = 6

/** One page in the list: where it leads, and what can be done with it. */
export function PageRowItem(props: { page: Page; depth: number; canEdit: boolean; isCurrent: boolean }) {
  const { page, depth, canEdit, isCurrent } = props
  const { createPage, renamePage, deletePage, isBusy } = usePageActions()
  const [isRenaming, renaming] = useDisclosure(false)
  const [isDeleting, deleting] = useDisclosure(false)
  const indent = { paddingLeft: `${Math.min(depth, MAX_INDENT) * INDENT_REM}rem` }
  return (
    <li data-testid="page-item" data-page-id={page.id}>
      {isRenaming ? (
        <RenameField
          title={page.title}
          onDone={(title) => {
            renaming.close()
            if (title !== null && title !== page.title) void renamePage(page, title)
          }}
        />
      ) : (
        <div className={classes.row} style={indent} data-current={isCurrent || undefined}>
          <Link
            href={`/pages/${page.id}`}
            className={classes.link}
            aria-current={isCurrent ? 'page' : undefined}
          >
            <IconFileText size={16} stroke={1.5} className={classes.icon} aria-hidden="true" />
            <span className={page.title ? classes.title : `${classes.title} ${classes.untitled}`}>
              {page.title || 'Untitled'}
            </span>
          </Link>
          {canEdit && (
            <PageRowMenu
              title={page.title || 'Untitled'}
              onRename={renaming.open}
              onCreateInside={() => void createPage(page.driveId, page.id)}
              onDelete={deleting.open}
            />
          )}
        </div>
      )}
      <DeletePageDialog
        title={page.title || 'Untitled'}
        isOpen={isDeleting}
        isBusy={isBusy}
        onClose={deleting.close}
        onConfirm={() => void deletePage(page).then(deleting.close)}
      />
    </li>
  )
}

function RenameField({ title, onDone }: { title: string; onDone: (title: string | null) => void }) {
  const [value, setValue] = useState(title)
  return (
    <TextInput
      aria-label="Page title"
      size="xs"
      value={value}
      maxLength={200}
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setValue(event.currentTarget.value)}
      onBlur={() => onDone(value.trim())}
      onKeyDown={(event) => {
        if (event.key === 'Enter') event.currentTarget.blur()
        if (event.key === 'Escape') onDone(null)
      }}
    />
  )
}
