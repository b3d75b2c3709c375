import type { Editor } from '@tiptap/react'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { showNotice } from '../../app/show-notice.ts'

/** Going along with somebody through the text. */
export interface Follow {
  /** Whom; null for nobody. */
  readonly userId: string | null
  /** Whether they have a caret in the text at present. */
  readonly isInText: boolean
  follow(userId: string): void
  stop(): void
}

/** What a person does when they want to read by themselves again. */
const OWN_MOVES = ['wheel', 'touchmove', 'keydown'] as const

/** Goes where somebody writes and stays with them, until the person scrolls, types or says so. */
export function useFollow(editor: Editor | null): Follow {
  const [userId, setUserId] = useState<string | null>(null)
  const [isInText, setInText] = useState(false)
  const stop = useCallback(() => setUserId(null), [])

  useEffect(() => {
    if (editor === null || userId === null) return
    let isOver = false
    let stopFollowing: (() => void) | undefined
    import('./follow-caret.ts').then(
      ({ followCaret }) => {
        if (!isOver) stopFollowing = followCaret(editor, userId, setInText)
      },
      () => {
        stop()
        const message = 'What it takes to follow somebody could not be loaded. Try again in a moment.'
        showNotice({ id: 'follow', color: 'yellow', message })
      },
    )
    for (const name of OWN_MOVES) window.addEventListener(name, stop, { passive: true })
    return () => {
      isOver = true
      stopFollowing?.()
      for (const name of OWN_MOVES) window.removeEventListener(name, stop)
    }
  }, [editor, userId, stop])

  const followed = editor === null ? null : userId
  return useMemo(() => ({ userId: followed, isInText, follow: setUserId, stop }), [followed, isInText, stop])
}
