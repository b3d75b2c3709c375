import { TextInput } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconFileText } from '@tabler/icons-react'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import type { Page } from '../../../shared/api/pages.ts'
import type { PresentUser } from '../../../shared/protocol/presence.ts'
import { PeopleOnPage } from '../presence/PeopleOnPage.tsx'
import { DeletePageDialog } from './DeletePageDialog.tsx'
import { PageRowMenu } from './PageRowMenu.tsx'
import classes from './PageTree.module.css'
import { findStep } from './page-changes.ts'
import { usePageActions } from './use-page-actions.ts'

const INDENT_REM = 0.95
const MAX_INDENT = 6

/** One page in the list: where it leads, who is there, and what can be done with it. */
export function PageRowItem(props: {
  page: Page
  depth: number
  canEdit: boolean
  isCurrent: boolean
  /** A change to it is under way: it is shown as it will be. */
  isPending: boolean
  /** It is only just being made, so that there is nothing to go to. */
  isNew: boolean
  people: readonly PresentUser[]
  listPages: () => Page[]
}) {
  const { page, depth, canEdit, isCurrent, isPending, isNew, people, listPages } = props
  const { createPage, renamePage, movePage, deletePage } = usePageActions()
  /** The page as it was when its title began to be changed. */
  const [renamed, setRenamed] = useState<Page | null>(null)
  const isRenaming = renamed !== null
  const [isDeleting, deleting] = useDisclosure(false)
  const menuButton = useRef<HTMLButtonElement>(null)
  const isFocusDue = useRef(false)
  // The button is not there while its row is a field: the keyboard goes back to it when it is again.
  useEffect(() => {
    if (isRenaming || !isFocusDue.current) return
    isFocusDue.current = false
    menuButton.current?.focus()
  }, [isRenaming])
  const indent = { paddingLeft: `${Math.min(depth, MAX_INDENT) * INDENT_REM}rem` }
  const label = (
    <>
      <IconFileText size={16} stroke={1.5} className={classes.icon} aria-hidden="true" />
      <span className={page.title ? classes.title : `${classes.title} ${classes.untitled}`} dir="auto">
        {page.title || 'Untitled'}
      </span>
    </>
  )
  return (
    <li data-testid="page-item" data-page-id={page.id}>
      {renamed ? (
        <div className={classes.row} style={indent}>
          <RenameField
            title={renamed.title}
            onDone={(title, isByKey) => {
              isFocusDue.current = isByKey
              setRenamed(null)
              if (title !== null && title !== renamed.title) renamePage(renamed, title)
            }}
          />
        </div>
      ) : (
        <div
          className={classes.row}
          style={indent}
          data-current={isCurrent || undefined}
          data-pending={isPending || undefined}
        >
          {isNew ? (
            <span className={classes.link}>{label}</span>
          ) : (
            <Link
              href={`/pages/${page.id}`}
              className={classes.link}
              aria-current={isCurrent ? 'page' : undefined}
            >
              {label}
            </Link>
          )}
          <PeopleOnPage people={people} />
          {canEdit && !isNew && (
            <PageRowMenu
              title={page.title || 'Untitled'}
              buttonRef={menuButton}
              findStep={(step) => findStep(listPages(), page, step)}
              onRename={() => setRenamed(page)}
              onMove={(to) => movePage(page, to)}
              onCreateInside={() => createPage(page.driveId, page.id)}
              onDelete={deleting.open}
            />
          )}
        </div>
      )}
      <DeletePageDialog
        title={page.title || 'Untitled'}
        isOpen={isDeleting}
        onClose={() => {
          deleting.close()
          menuButton.current?.focus()
        }}
        onConfirm={() => {
          deleting.close()
          deletePage(page)
        }}
      />
    </li>
  )
}

function RenameField(props: { title: string; onDone: (title: string | null, isByKey: boolean) => void }) {
  const [value, setValue] = useState(props.title)
  // A field that goes away may still report that it lost the focus.
  const isDone = useRef(false)
  const finish = (title: string | null, isByKey: boolean): void => {
    if (isDone.current) return
    isDone.current = true
    props.onDone(title, isByKey)
  }
  return (
    <TextInput
      aria-label="Page title"
      dir="auto"
      className={classes.rename ?? ''}
      classNames={{ input: classes.renameInput ?? '' }}
      leftSection={<IconFileText size={16} stroke={1.5} className={classes.icon} aria-hidden="true" />}
      leftSectionWidth="2.05rem"
      value={value}
      maxLength={200}
      autoFocus
      onFocus={(event) => event.currentTarget.select()}
      onChange={(event) => setValue(event.currentTarget.value)}
      onBlur={() => finish(value.trim(), false)}
      onKeyDown={(event) => {
        if (event.nativeEvent.isComposing) return
        if (event.key !== 'Enter' && event.key !== 'Escape') return
        // Else the same key would press the button that gets the focus.
        event.preventDefault()
        finish(event.key === 'Enter' ? value.trim() : null, true)
      }}
    />
  )
}
