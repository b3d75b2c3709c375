import { useLocalStorage, useMediaQuery } from '@mantine/hooks'
import type { Editor } from '@tiptap/react'
import { type ReactNode, useMemo, useState } from 'react'
import type { Anchor } from '../../../shared/api/comments.ts'
import type { PageWithRole } from '../../../shared/api/pages.ts'
import { isAtLeast } from '../../../shared/roles.ts'
import { ApiError } from '../../api/api-error.ts'
import { createId } from '../../api/create-id.ts'
import { usePerson } from '../../app/person.ts'
import { type Comments, CommentsContext, type Written } from './comments-context.ts'
import type { Selected } from './read-anchor.ts'
import { showAnchor } from './show-anchor.ts'
import type { ThreadAddress } from './thread-address.ts'
import { usePeople } from './use-people.ts'
import { useSoughtThread } from './use-sought-thread.ts'
import { useThreads } from './use-threads.ts'

/** How often, and after how long, ms, a comment on text that is not saved yet is sent again. */
const UNSAVED_RETRIES = 15
const UNSAVED_RETRY_MS = 600
/** Where there is no room for comments beside the text. */
const NARROW_SCREEN = '(max-width: 68em)'

/** A page's comments, for everything below it. */
export function CommentsProvider(props: {
  pageId: string
  page: PageWithRole | null
  editor: Editor | null
  /** How its threads are addressed; where they are not, nobody is led to one. */
  address?: ThreadAddress
  /** They come over the text also where there is room beside it. */
  isOver?: boolean
  children: ReactNode
}) {
  const { pageId, page, editor, address = null, isOver = false, children } = props
  const { api } = usePerson()
  const { query, take } = useThreads(pageId)
  const people = usePeople(pageId, page?.driveId ?? null, query.data?.items)
  const isNarrowScreen = useMediaQuery(NARROW_SCREEN, window.matchMedia(NARROW_SCREEN).matches)
  const isNarrow = isOver || isNarrowScreen
  const [isWanted, setWanted] = useLocalStorage({ key: 'copydesk:comments-shown', defaultValue: true })
  const [isOpened, setOpened] = useState(false)
  const [activeId, setActiveId] = useState<string | null>(null)
  const [draft, setDraft] = useState<(Selected & { id: string }) | null>(null)
  const [areSettledShown, setSettledShown] = useState(false)

  const threads = useMemo(() => query.data?.items ?? [], [query.data])
  const mayComment = page !== null && isAtLeast(page.role, 'commenter')
  const hasOpen = threads.some(({ resolvedAt }) => resolvedAt === null)
  const isShown = draft !== null || isOpened || (!isNarrow && isWanted && hasOpen)

  const activate = (threadId: string | null): void => {
    setActiveId(threadId)
    if (threadId !== null) setOpened(true)
  }
  useSoughtThread({
    ...{ editor, query, address },
    open(threadId) {
      setActiveId(threadId)
      setOpened(true)
    },
  })

  async function createThread(
    { anchor, quote, id }: { anchor: Anchor; quote: string; id: string },
    comment: Written,
  ): Promise<string> {
    for (let retries = 0; ; retries++) {
      try {
        const thread = await api.createThread(pageId, { id, anchor, quote, comment })
        take({ kind: 'thread', thread, revision: thread.revision })
        return thread.id
      } catch (error) {
        const isUnsaved = error instanceof ApiError && error.code === 'unknown-anchor'
        if (!isUnsaved || retries >= UNSAVED_RETRIES) throw error
        await new Promise((resolve) => setTimeout(resolve, UNSAVED_RETRY_MS))
      }
    }
  }

  const comments: Comments = {
    ...{ pageId, query, threads, people, mayComment, activeId, draft, isShown, areSettledShown },
    isOver: isNarrow,
    toAddress: address?.toAddress ?? null,
    mayModerate: page !== null && isAtLeast(page.role, 'admin'),
    activate,
    begin(selected) {
      setActiveId(null)
      setDraft({ ...selected, id: createId() })
    },
    cancelDraft: () => setDraft(null),
    toggle() {
      if (!isNarrow) setWanted(!isShown)
      setOpened(!isShown)
      if (isShown) setDraft(null)
    },
    toggleSettled: () => setSettledShown((before) => !before),
    reveal(threadId) {
      setActiveId(threadId)
      if (editor) showAnchor(editor, threadId)
      if (isNarrow) setOpened(false)
    },
    async create(written) {
      if (draft === null) return
      const id = await createThread(draft, written)
      setDraft(null)
      activate(id)
    },
    async reply(threadId, written) {
      const comment = await api.addComment(pageId, threadId, { ...written })
      take({ kind: 'comment', comment, revision: comment.revision })
    },
    async edit(threadId, { id: commentId, ...written }) {
      const comment = await api.editComment({ pageId, threadId, commentId }, written)
      take({ kind: 'comment', comment, revision: comment.revision })
    },
    async remove(thread, commentId) {
      if (thread.comments[0]?.id === commentId) {
        await api.deleteThread(pageId, thread.id)
        await query.refetch()
        return
      }
      const comment = await api.deleteComment(pageId, thread.id, commentId)
      take({ kind: 'comment', comment, revision: comment.revision })
    },
    async resolve(threadId, resolved) {
      const thread = await api.resolveThread(pageId, threadId, resolved)
      take({ kind: 'thread', thread, revision: thread.revision })
      if (resolved) setActiveId(null)
    },
  }
  return <CommentsContext value={comments}>{children}</CommentsContext>
}
