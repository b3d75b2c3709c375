import '@mantine/spotlight/styles.css'
import { createSpotlight, Spotlight } from '@mantine/spotlight'
import { IconMessage, IconSearch } from '@tabler/icons-react'
import { useEffect, useState } from 'react'
import { useLocation } from 'wouter'
import type { SearchHit } from '../../../shared/api/search.ts'
import { describeError } from '../../api/api-error.ts'
import { useDrives } from '../../app/queries.ts'
import { PageIcon } from '../page-tree/PageIcon.tsx'
import { useShell } from '../shell/shell-context.ts'
import { useRecentPages } from '../shortcuts/use-recent-pages.ts'
import classes from './SearchDialog.module.css'
import { useFound } from './use-found.ts'

const MAX_VISITED = 8

const toKey = ({ kind, page, messageId }: SearchHit): string => `${kind}:${page.id}:${messageId}`

/** Goes to a page by a few letters: first those opened last, then what the server finds. */
export default function SearchDialog({ onClose }: { onClose: () => void }) {
  const { openPanel } = useShell()
  const [, navigate] = useLocation()
  const [[store, spotlight]] = useState(createSpotlight)
  const [words, setWords] = useState('')
  const drives = useDrives().data ?? []
  const recent = useRecentPages()
  const { found, hits, isSearching } = useFound(words)
  useEffect(() => spotlight.open(), [spotlight])

  const wanted = words.trim().toLocaleLowerCase()
  const visited = (recent.data ?? []).filter(({ title }) => title.toLocaleLowerCase().includes(wanted))
  const visitedIds = new Set(wanted === '' ? [] : visited.map(({ id }) => id))
  // A title that is listed among the recent ones already is not listed twice.
  const others = hits.filter(({ kind, page }) => kind !== 'title' || !visitedIds.has(page.id))
  const nameOf = (driveId: string) => drives.find(({ id }) => id === driveId)?.name

  // The first is chosen, so that Enter goes there; Spotlight itself chooses none when others come.
  const listed = [...visited.slice(0, MAX_VISITED).map(({ id }) => id), ...others.map(toKey)].join(' ')
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is done anew when others are listed
  useEffect(() => {
    const list = document.getElementById(store.getState().listId)
    list?.querySelector('[data-selected]')?.removeAttribute('data-selected')
    const first = list?.querySelector('[data-action]')
    first?.setAttribute('data-selected', 'true')
    store.updateState((state) => ({ ...state, selected: first ? 0 : -1 }))
  }, [store, listed])

  function goTo(hit: SearchHit): void {
    navigate(`/pages/${hit.page.id}`)
    if (hit.messageId !== null) openPanel('messages')
  }

  return (
    <Spotlight.Root
      store={store}
      query={words}
      onQueryChange={setWords}
      shortcut={null}
      onSpotlightClose={onClose}
      centered={false}
      overlayProps={{ backgroundOpacity: 0.4, blur: 2 }}
      scrollable
      maxHeight={440}
      classNames={{ content: classes.content ?? '' }}
      aria-label="Search"
    >
      <Spotlight.Search
        placeholder="Search pages and messages"
        aria-label="Search pages and messages"
        leftSection={<IconSearch size={18} stroke={1.6} />}
      />
      <Spotlight.ActionsList>
        {visited.length > 0 && (
          <Spotlight.ActionsGroup label="Recent">
            {visited.slice(0, MAX_VISITED).map((page) => (
              <Spotlight.Action
                key={page.id}
                className={classes.action ?? ''}
                data-testid="search-recent"
                onClick={() => navigate(`/pages/${page.id}`)}
              >
                <PageIcon icon={page.icon} />
                <span className={classes.words}>
                  <span className={classes.title} dir="auto">
                    {page.title || 'Untitled'}
                  </span>
                </span>
                <span className={classes.drive}>{nameOf(page.driveId)}</span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {others.length > 0 && (
          <Spotlight.ActionsGroup label={found.data?.corrected ? 'Similar words' : 'Found'}>
            {others.map((hit) => (
              <Spotlight.Action
                key={toKey(hit)}
                className={classes.action ?? ''}
                data-testid="search-hit"
                onClick={() => goTo(hit)}
              >
                {hit.kind === 'message' ? (
                  <IconMessage size={16} stroke={1.5} aria-hidden="true" />
                ) : (
                  <PageIcon icon={null} />
                )}
                <span className={classes.words}>
                  <span className={classes.title} dir="auto">
                    {hit.kind === 'title' ? <Snippet hit={hit} /> : hit.page.title || 'Untitled'}
                  </span>
                  {hit.kind !== 'title' && (
                    <span className={classes.snippet} dir="auto">
                      <Snippet hit={hit} />
                    </span>
                  )}
                </span>
                <span className={classes.drive}>{nameOf(hit.page.driveId)}</span>
              </Spotlight.Action>
            ))}
          </Spotlight.ActionsGroup>
        )}
        {visited.length === 0 && others.length === 0 && (
          <Spotlight.Empty>
            {wanted === ''
              ? 'Type a word of a title, a text or a message.'
              : isSearching
                ? 'Searching…'
                : found.isError
                  ? describeError(found.error)
                  : 'Nothing was found.'}
          </Spotlight.Empty>
        )}
      </Spotlight.ActionsList>
      <span className={classes.status} role="status">
        {wanted !== '' && !isSearching && `${visited.length + others.length} results`}
      </span>
    </Spotlight.Root>
  )
}

function Snippet({ hit }: { hit: SearchHit }) {
  return hit.snippet.map(({ text, isHit }, index) =>
    // biome-ignore lint/suspicious/noArrayIndexKey: the pieces of one snippet never change places
    isHit ? <mark key={index}>{text}</mark> : <span key={index}>{text}</span>,
  )
}
