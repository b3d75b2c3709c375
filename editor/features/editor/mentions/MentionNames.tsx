import { useQueries, useQuery, useQueryClient } from '@tanstack/react-query'
import type { Editor } from '@tiptap/react'
import { useEffect, useSyncExternalStore } from 'react'
import { MENTION_NODE } from '../../../../shared/document/describe-mention.ts'
import { usePerson } from '../../../app/person.ts'
import { queryKeys } from '../../../app/query-keys.ts'
import { useServerEvent } from '../../../realtime/use-server-event.ts'
import type { PageTreeList } from '../../page-tree/page-tree-list.ts'
import { readRefusal } from '../read-refusal.ts'
import type { MentionState } from './mention-board.ts'

/** How many pages are asked for one by one. What a text mentions beyond them keeps the name that it was written with. */
const MAX_ASKED = 50

/** Has the mentions in a text show what the people and pages are called now, as far as this reader may see them. */
export function MentionNames(props: { editor: Editor; pageId: string; driveId: string | null }) {
  const { editor, pageId, driveId } = props
  const { api, isGuest } = usePerson()
  const queries = useQueryClient()
  const board = editor.storage[MENTION_NODE]
  const mentioned = useSyncExternalStore(board.subscribe, board.listMentioned)
  const members = useQuery({
    queryKey: queryKeys.members(driveId ?? ''),
    queryFn: () => api.listMembers(driveId ?? ''),
    enabled: driveId !== null && !isGuest && mentioned.some(({ kind }) => kind === 'person'),
    // Whoever was only given the page may not see who belongs to the drive.
    retry: false,
  })
  // Only read: the sidebar fetches it, and facts change it.
  const list = useQuery<PageTreeList>({ queryKey: queryKeys.pages(driveId ?? ''), enabled: false })
  const titles = new Map(list.data?.items.map(({ id, title }) => [id, title]))
  const asked = mentioned
    .filter(({ kind, id }) => kind === 'page' && !titles.has(id))
    .slice(0, MAX_ASKED)
    .map(({ id }) => id)
  const answers = useQueries({
    queries: asked.map((id) => ({
      queryKey: queryKeys.page(id),
      queryFn: () => api.getPage(id),
      // Facts tell of what changes; so many are not asked for each time that somebody comes back to the window.
      refetchOnWindowFocus: false,
    })),
  })
  useServerEvent('page_deleted', ({ pageId: deleted }) => {
    // Of the page that is open its document tells.
    if (deleted !== pageId) void queries.invalidateQueries({ queryKey: queryKeys.page(deleted) })
  })

  useEffect(() => {
    const states = new Map<string, MentionState>()
    for (const { userId, name } of members.data?.items ?? []) states.set(userId, { kind: 'named', name })
    for (const [id, name] of titles) states.set(id, { kind: 'named', name })
    for (const [index, id] of asked.entries()) {
      const { data, error } = answers[index] ?? {}
      if (error && readRefusal(error) !== null) states.set(id, { kind: 'gone' })
      else if (data) states.set(id, { kind: 'named', name: data.title })
    }
    board.setStates(states)
  })
  return null
}
