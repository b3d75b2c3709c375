import { useCallback, useEffect, useRef } from 'react'
import type { PresentUser } from '../../shared/protocol/presence.ts'
import { TYPING_LIFETIME_MS } from '../../shared/protocol/typing.ts'
import { useRealtime } from './realtime-context.ts'
import { useRoom } from './use-room.ts'

export interface Typing {
  /** Who else writes a message on the page right now. */
  readonly typists: readonly PresentUser[]
  /** To be called with every key: it is said often enough for others to go on seeing it, and no oftener. */
  noteTyping(): void
  /** To be called when the message is sent or emptied; leaving the page does so by itself. */
  stopTyping(): void
}

/** It is said again when half of its lifetime is over. */
const AGAIN_MS = TYPING_LIFETIME_MS / 2

/** Who writes a message on a page, and a way to say that one does. */
export function useTyping(pageId: string): Typing {
  const realtime = useRealtime()
  const { users, typingUserIds } = useRoom({ pageId })
  const saidAt = useRef<number | null>(null)

  const stopTyping = useCallback(() => {
    const isOver = saidAt.current === null || performance.now() - saidAt.current > TYPING_LIFETIME_MS
    saidAt.current = null
    if (!isOver) realtime.request('stop_typing', { pageId }).catch(() => undefined)
  }, [realtime, pageId])

  const noteTyping = useCallback(() => {
    const now = performance.now()
    if (saidAt.current !== null && now - saidAt.current < AGAIN_MS) return
    saidAt.current = now
    realtime.request('start_typing', { pageId }).catch(() => {
      saidAt.current = null
    })
  }, [realtime, pageId])

  useEffect(() => stopTyping, [stopTyping])

  return { typists: users.filter(({ userId }) => typingUserIds.includes(userId)), noteTyping, stopTyping }
}
