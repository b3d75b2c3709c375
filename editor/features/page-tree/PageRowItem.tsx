import { TextInput } from '@mantine/core'
import { useEffect, useRef, useState } from 'react'
import { Link } from 'wouter'
import type { Page } from '../../../shared/api/pages.ts'
import type { PresentUser } from '../../../shared/protocol/presence.ts'
import { UnreadMark } from '../messages/UnreadMark.tsx'
import { PeopleOnPage } from '../presence/PeopleOnPage.tsx'
import { type PageDialog, PageDialogs } from './PageDialogs.tsx'
import { PageIcon } from './PageIcon.tsx'
import { PageRowMenu } from './PageRowMenu.tsx'
import classes from './PageTree.module.css'
import { findStep, isWithin, type MovePlace } from './page-changes.ts'
import { NoTwist, Twist } from './Twist.tsx'
import type { DropSpot } from './tree-drag.ts'
import type { Favourites } from './use-favourites.ts'
import { useOpenPages } from './use-open-pages.ts'
import { usePageActions } from './use-page-actions.ts'
import { useRowDrag } from './use-row-drag.ts'

const INDENT_REM = 0.95
const MAX_INDENT = 6

/** One page in the list: where it leads, what is below it, who is there, and what can be done with it. */
export function PageRowItem(props: {
  page: Page
  depth: number
  canEdit: boolean
  hasChildren: boolean
  isCurrent: boolean
  /** A change to it is under way: it is shown as it will be. */
  isPending: boolean
  /** It is only just being made, so that there is nothing to go to. */
  isNew: boolean
  people: readonly PresentUser[]
  favourites: Favourites
  listPages: () => Page[]
}) {
  const { page, depth, canEdit, isCurrent, isPending, isNew, people, listPages } = props
  const { createPage, renamePage, movePage, duplicatePage } = usePageActions()
  const { open, setOpen } = useOpenPages()
  /** The page as it was when its title began to be changed. */
  const [renamed, setRenamed] = useState<Page | null>(null)
  const isRenaming = renamed !== null
  const [dialog, setDialog] = useState<PageDialog | null>(null)
  const row = useRef<HTMLDivElement>(null)
  const menuButton = useRef<HTMLButtonElement>(null)
  const isFocusDue = useRef(false)
  // The button is not there while its row is a field: the keyboard goes back to it when it is again.
  useEffect(() => {
    if (isRenaming || !isFocusDue.current) return
    isFocusDue.current = false
    menuButton.current?.focus()
  }, [isRenaming])
  const isOpen = props.hasChildren && open.includes(page.id)
  const dropSpot = useRowDrag(row, {
    page: isNew ? null : page,
    isActive: canEdit && !isRenaming,
    hasSides: true,
    canTake: (dragged) => canEdit && !isWithin(listPages(), page.id, dragged.id),
    onTake: (dragged, spot) => movePage(dragged, toPlace(listPages(), page, isOpen, dragged, spot)),
    onHeld: () => setOpen([page.id], true),
  })
  const indent = { paddingLeft: `${Math.min(depth, MAX_INDENT) * INDENT_REM}rem` }
  const title = page.title || 'Untitled'
  const label = (
    <>
      <PageIcon icon={page.icon} />
      <span className={page.title ? classes.title : `${classes.title} ${classes.untitled}`} dir="auto">
        {title}
      </span>
    </>
  )
  return (
    <li data-testid="page-item" data-page-id={page.id}>
      {renamed ? (
        <div className={classes.row} style={indent}>
          <RenameField
            title={renamed.title}
            icon={renamed.icon}
            onDone={(next, isByKey) => {
              isFocusDue.current = isByKey
              setRenamed(null)
              if (next !== null && next !== renamed.title) renamePage(renamed, next)
            }}
          />
        </div>
      ) : (
        <div
          ref={row}
          className={classes.row}
          style={indent}
          data-current={isCurrent || undefined}
          data-pending={isPending || undefined}
          data-drop={dropSpot ?? undefined}
        >
          {props.hasChildren ? (
            <Twist title={title} isOpen={isOpen} onToggle={() => setOpen([page.id], !isOpen)} />
          ) : (
            <NoTwist />
          )}
          {isNew ? (
            <span className={classes.link}>{label}</span>
          ) : (
            <Link
              href={`/pages/${page.id}`}
              className={classes.link}
              draggable={false}
              aria-current={isCurrent ? 'page' : undefined}
            >
              {label}
            </Link>
          )}
          <UnreadMark pageId={page.id} />
          <PeopleOnPage people={people} />
          {!isNew && (
            <PageRowMenu
              title={title}
              canEdit={canEdit}
              isFavourite={props.favourites.isFavourite(page.id)}
              buttonRef={menuButton}
              findStep={(step) => findStep(listPages(), page, step)}
              onRename={() => setRenamed(page)}
              onMove={(to) => movePage(page, to)}
              onCreateInside={() => createPage(page.driveId, page.id)}
              onToggleFavourite={() => props.favourites.toggle(page)}
              onDuplicate={() => duplicatePage(page)}
              onDialog={setDialog}
            />
          )}
        </div>
      )}
      <PageDialogs
        page={page}
        dialog={dialog}
        onClose={() => {
          setDialog(null)
          menuButton.current?.focus()
        }}
      />
    </li>
  )
}

/** Where a page goes that is dropped on a row. Behind an open one is before the first that is inside. */
function toPlace(pages: Page[], target: Page, isOpen: boolean, dragged: Page, spot: DropSpot): MovePlace {
  const elsewhere = dragged.driveId === target.driveId ? {} : { driveId: target.driveId }
  const { id, parentId } = target
  if (spot === 'before') return { ...elsewhere, parentId, beforeId: id }
  if (spot === 'inside') return { ...elsewhere, parentId: id }
  if (!isOpen) return { ...elsewhere, parentId, afterId: id }
  const inside = pages.filter((page) => page.parentId === id && page.id !== dragged.id)
  const first = inside.sort((left, right) => (left.position < right.position ? -1 : 1))[0]
  return { ...elsewhere, parentId: id, ...(first && { beforeId: first.id }) }
}

function RenameField(props: {
  title: string
  icon: string | null
  onDone: (title: string | null, isByKey: boolean) => void
}) {
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
      leftSection={<PageIcon icon={props.icon} />}
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
