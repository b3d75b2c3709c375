import { useDebouncedValue } from '@mantine/hooks'
import { IconFileText } from '@tabler/icons-react'
import { useQuery } from '@tanstack/react-query'
import type { Editor } from '@tiptap/react'
import { MENTION_NODE } from '../../../../shared/document/describe-mention.ts'
import { createId } from '../../../api/create-id.ts'
import { usePerson } from '../../../app/person.ts'
import { queryKeys } from '../../../app/query-keys.ts'
import { findBlockItems } from '../blocks/block-items.ts'
import type { Emoji } from './emoji.ts'
import type { MenuContent, MenuOption } from './menu-option.ts'
import type { Trigger } from './trigger-menu.ts'

const MOST = 8
/** How long words stand still before they are searched for, ms. */
const PAUSE_MS = 120

/** What the menu of a sign shows for the words behind it. */
export function useMenuContent({ kind, query }: Trigger, driveId: string | null): MenuContent {
  const mentions = useMentions(query, driveId, kind === 'mention')
  const emoji = useEmoji(query, kind === 'emoji')
  switch (kind) {
    case 'block':
      return { label: 'Insert', options: blockOptions(query), words: null }
    case 'mention':
      return mentions
    case 'emoji':
      return emoji
  }
}

function blockOptions(query: string): MenuOption[] {
  return findBlockItems(query).map(({ label, group, hint, Icon, run }) => ({
    ...{ id: label, group: query === '' ? group : 'Found', label, detail: hint },
    picture: <Icon size={18} stroke={1.6} />,
    run,
  }))
}

function useMentions(query: string, driveId: string | null, isEnabled: boolean): MenuContent {
  const { api, isGuest, userId } = usePerson()
  const [words] = useDebouncedValue(query.trim(), PAUSE_MS)
  const members = useQuery({
    queryKey: queryKeys.members(driveId ?? ''),
    queryFn: () => api.listMembers(driveId ?? ''),
    enabled: isEnabled && driveId !== null && !isGuest,
  })
  const pages = useQuery({
    queryKey: ['mention-pages', driveId, words],
    queryFn: async () => {
      if (words !== '')
        return (await api.search(words)).items.filter(({ kind }) => kind === 'title').map(({ page }) => page)
      return (await api.listRecentPages()).items.map(({ page }) => page)
    },
    enabled: isEnabled && driveId !== null && !isGuest,
    placeholderData: (before) => before,
  })
  const isNamed = (name: string) => {
    const names = name.toLowerCase()
    return query
      .toLowerCase()
      .split(/\s+/)
      .every((word) => names.includes(word))
  }
  const people = (members.data?.items ?? [])
    .filter(({ kind, name }) => kind === 'user' && isNamed(name))
    .slice(0, MOST)
    .map<MenuOption>(({ userId: personId, name, color, email }) => ({
      ...{ id: personId, group: 'People', label: name, detail: personId === userId ? 'you' : (email ?? '') },
      picture: <Dot color={color} name={name} />,
      run: (editor) => insertMention(editor, { kind: 'person', personId, label: name }),
    }))
  const found = (pages.data ?? [])
    .filter(({ title }) => title !== '' && isNamed(title))
    .slice(0, MOST)
    .map<MenuOption>(({ id: pageId, title }) => ({
      ...{ id: pageId, group: 'Pages', label: title },
      picture: <IconFileText size={18} stroke={1.6} />,
      run: (editor) => insertMention(editor, { kind: 'page', pageId, label: title }),
    }))
  const isLoading = members.isFetching || pages.isFetching || words !== query.trim()
  return {
    label: 'People and pages',
    options: [...people, ...found],
    words: isLoading
      ? 'Looking…'
      : members.isError && pages.isError
        ? 'People and pages cannot be listed now.'
        : 'Nobody and no page of this name',
  }
}

function Dot({ color, name }: { color: string; name: string }) {
  return (
    <svg width="20" height="20" viewBox="0 0 20 20" aria-hidden="true">
      <circle cx="10" cy="10" r="10" fill={color} />
      <text x="10" y="14" textAnchor="middle" fontSize="11" fontWeight="600" fill="#fff">
        {[...name][0]?.toUpperCase()}
      </text>
    </svg>
  )
}

function insertMention(
  editor: Editor,
  attrs: { label: string } & ({ kind: 'person'; personId: string } | { kind: 'page'; pageId: string }),
): void {
  const mention = { type: MENTION_NODE, attrs: { id: createId(), ...attrs } }
  editor
    .chain()
    .focus()
    .insertContent([mention, { type: 'text', text: ' ' }])
    .run()
}

function useEmoji(query: string, isEnabled: boolean): MenuContent {
  const emoji = useQuery({
    queryKey: ['emoji'],
    queryFn: async () => (await import('./emoji.ts')).loadEmoji(),
    enabled: isEnabled,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: Number.POSITIVE_INFINITY,
  })
  const name = query.toLowerCase()
  const words = name.split(/[\s_-]+/)
  const rank = ({ codes }: Emoji) =>
    codes.includes(name) ? 2 : codes.some((code) => code.startsWith(name)) ? 1 : 0
  const ranked = (emoji.data ?? [])
    .filter(({ names }) => words.every((word) => names.some((own) => own.startsWith(word))))
    .sort((one, other) => rank(other) - rank(one))
  return {
    label: 'Emoji',
    options: ranked.slice(0, MOST).map(({ sign, codes, label }) => ({
      ...{ id: sign, group: 'Emoji', label, detail: `:${codes[0]}:` },
      writtenOut: codes.map((code) => `${code}:`),
      picture: sign,
      run: (editor) => editor.chain().focus().insertContent(sign).run(),
    })),
    words: emoji.isFetching ? 'Looking…' : emoji.isError ? 'Emoji cannot be listed now.' : null,
  }
}
