import { Button, Modal, ScrollArea, TextInput } from '@mantine/core'
import { IconFolder } from '@tabler/icons-react'
import { useMemo, useState } from 'react'
import type { Drive } from '../../../shared/api/drives.ts'
import type { Page } from '../../../shared/api/pages.ts'
import type { SearchHit } from '../../../shared/api/search.ts'
import { isAtLeast } from '../../../shared/roles.ts'
import { describeError } from '../../api/api-error.ts'
import { useDrives } from '../../app/queries.ts'
import { useFound } from '../search/use-found.ts'
import classes from './MovePageDialog.module.css'
import { PageIcon } from './PageIcon.tsx'
import { isWithin, type MovePlace } from './page-changes.ts'
import { listSeenRows, sortPages } from './page-order.ts'
import { hasChildren, type PageTreeList } from './page-tree-list.ts'
import { NoTwist, Twist } from './Twist.tsx'
import { useOpenPages } from './use-open-pages.ts'
import { useOpenChildren, usePageLists } from './use-page-lists.ts'

/** Chooses where a page goes, by keyboard or finger: below another page, or to the top of a drive. */
export default function MovePageDialog(props: {
  page: Page
  onClose: () => void
  onMove: (to: MovePlace) => void
}) {
  const { page, onClose, onMove } = props
  const drives = (useDrives().data ?? []).filter(({ role }) => isAtLeast(role, 'editor'))
  const lists = usePageLists(drives.map(({ id }) => id))
  const [words, setWords] = useState('')
  const { found, hits, isSearching } = useFound(words)
  return (
    <Modal opened onClose={onClose} title="Move to…" size="md" returnFocus={false}>
      <TextInput
        label="Find a place"
        placeholder="Part of a title"
        value={words}
        data-autofocus
        onChange={(event) => setWords(event.currentTarget.value)}
      />
      <ScrollArea.Autosize mah="min(24rem, 50vh)" mt="sm" type="auto">
        {drives.map((drive, index) => (
          <Places
            key={drive.id}
            drive={drive}
            list={lists[index]?.data}
            page={page}
            words={words}
            hits={hits}
            onMove={onMove}
          />
        ))}
      </ScrollArea.Autosize>
      <p className={classes.status} role="status">
        {isSearching ? 'Searching…' : found.isError && words.trim() ? describeError(found.error) : ''}
      </p>
      <Button variant="default" fullWidth mt="md" onClick={onClose}>
        Cancel
      </Button>
    </Modal>
  )
}

function Places(props: {
  drive: Drive
  list: PageTreeList | undefined
  page: Page
  words: string
  /** What the server found for the words: also pages that are not loaded here. */
  hits: readonly SearchHit[]
  onMove: (to: MovePlace) => void
}) {
  const { drive, list, page, words, hits, onMove } = props
  const { open, setOpen } = useOpenPages()
  useOpenChildren(drive.id, list)
  const pages = list?.items ?? []
  const rows = useMemo(() => sortPages(list?.items ?? []), [list])
  const wanted = words.trim().toLocaleLowerCase()
  const seen = wanted
    ? rows.filter((row) => row.page.title.toLocaleLowerCase().includes(wanted))
    : listSeenRows(rows, open)
  const listed = new Set(seen.map((row) => row.page.id))
  const others = hits.filter(
    (hit) => hit.kind === 'title' && hit.page.driveId === drive.id && !listed.has(hit.page.id),
  )
  const places = [
    ...seen.map((row) => ({ ...row.page, depth: row.depth })),
    ...others.map((hit) => ({ ...hit.page, icon: null, depth: 0 })),
  ].filter(({ id }) => !isWithin(pages, id, page.id))
  const elsewhere = drive.id === page.driveId ? {} : { driveId: drive.id }
  return (
    <ul className={classes.places} aria-label={drive.name}>
      <li>
        <button
          type="button"
          className={classes.place}
          disabled={drive.id === page.driveId && page.parentId === null}
          onClick={() => onMove({ ...elsewhere, parentId: null })}
        >
          <IconFolder size={16} stroke={1.6} aria-hidden="true" />
          <span className={classes.name}>
            Top of <bdi>{drive.name}</bdi>
          </span>
        </button>
      </li>
      {places.map(({ depth, ...place }) => {
        const title = place.title || 'Untitled'
        const isOpen = open.includes(place.id)
        return (
          <li
            key={place.id}
            className={classes.row}
            style={{ paddingLeft: `${(wanted ? 1 : Math.min(depth, 6) + 1) * 1.1}rem` }}
          >
            {!wanted && list && hasChildren(list, pages, place.id) ? (
              <Twist title={title} isOpen={isOpen} onToggle={() => setOpen([place.id], !isOpen)} />
            ) : (
              <NoTwist />
            )}
            <button
              type="button"
              className={classes.place}
              disabled={place.id === page.parentId}
              onClick={() => onMove({ ...elsewhere, parentId: place.id })}
            >
              <PageIcon icon={place.icon} />
              <span className={classes.name} dir="auto">
                {title}
              </span>
            </button>
          </li>
        )
      })}
    </ul>
  )
}
