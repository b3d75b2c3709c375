import type { UseQueryResult } from '@tanstack/react-query'
import type { Editor } from '@tiptap/react'
import { useEffect, useEffectEvent, useState } from 'react'
import type { ThreadList } from '../../../shared/api/comments.ts'
import { showNotice } from '../../app/show-notice.ts'
import { findAnchor, showAnchor } from './show-anchor.ts'
import type { ThreadAddress } from './thread-address.ts'

/** How often, and for how long, ms, a thread's text is waited for: a kept copy may not have it yet. */
const LOOK_MS = 100
const MAX_WAIT_MS = 5_000
/** What a person does who does not want to be taken anywhere any more. */
const OWN_MOVES = ['wheel', 'touchmove', 'keydown', 'pointerdown'] as const

/** Opens the thread that somebody was led to when it and the text are there, and takes them to both. */
export function useSoughtThread(options: {
  editor: Editor | null
  query: UseQueryResult<ThreadList>
  address: ThreadAddress | null
  open: (threadId: string | null) => void
}): void {
  const { editor, query, address, open } = options
  const sought = address?.sought ?? null
  const isKnown = query.data?.items.some(({ id }) => id === sought) ?? false
  const [found, setFound] = useState<string | null>(null)

  const finish = useEffectEvent((threadId: string) => {
    open(threadId)
    setFound(threadId)
    address?.onFound()
  })
  const ask = useEffectEvent(async (): Promise<boolean> => {
    const { data, isError } = await query.refetch()
    // What could not be read is told among the comments.
    if (isError) open(null)
    return !isError && data !== undefined && !data.items.some(({ id }) => id === sought)
  })
  const giveUp = useEffectEvent(() => {
    address?.onFound()
    showNotice({
      id: 'thread-gone',
      color: 'yellow',
      title: 'This comment is not there any more',
      message: 'It was deleted meanwhile. This is the page that it was about.',
    })
  })
  useEffect(() => {
    if (sought === null || editor === null) return
    if (isKnown) {
      finish(sought)
      return
    }
    let isOver = false
    void ask().then((isGone) => {
      if (isGone && !isOver) giveUp()
    })
    return () => {
      isOver = true
    }
  }, [sought, isKnown, editor])

  useEffect(() => {
    if (found === null || editor === null) return
    const stop = (): void => setFound(null)
    let isCardShown = false
    let topBefore: number | null = null
    const look = (): void => {
      if (editor.isDestroyed) return
      const anchor = findAnchor(editor, found)
      // Not while it is on its way. What opens over the page may stop it there.
      const isMoving = topBefore !== null && anchor?.top !== topBefore
      const isShown = anchor?.isInSight === true && !isMoving && topBefore !== null
      topBefore = anchor?.top ?? null
      if (!isShown && !isMoving) showAnchor(editor, found)
      const card = document.querySelector<HTMLElement>(`[data-thread="${CSS.escape(found)}"]`)
      if (card !== null && !isCardShown) {
        isCardShown = true
        card.focus({ preventScroll: true })
        if (anchor === null) card.scrollIntoView({ block: 'nearest' })
      }
      if (isShown && isCardShown) stop()
    }
    const looking = setInterval(look, LOOK_MS)
    const end = setTimeout(stop, MAX_WAIT_MS)
    for (const name of OWN_MOVES) window.addEventListener(name, stop, { passive: true })
    return () => {
      clearInterval(looking)
      clearTimeout(end)
      for (const name of OWN_MOVES) window.removeEventListener(name, stop)
    }
  }, [found, editor])
}
