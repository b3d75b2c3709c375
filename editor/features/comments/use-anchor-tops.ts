import type { Editor } from '@tiptap/react'
import { type RefObject, useLayoutEffect, useState } from 'react'
import { DRAFT_CLASS } from './comment-highlights.ts'

/** Under what the text of the new thread is found among the tops. */
export const DRAFT_ID = 'draft'
/** How long to wait after a change before looking where the text is, ms: letters come first. */
const WAIT_MS = 60

/**
 * How far below the top of a container the text of each thread begins, CSS pixels. Threads whose text is not in
 * the editor are missing; null before anything was measured.
 */
export function useAnchorTops(
  editor: Editor | null,
  container: RefObject<HTMLElement | null>,
): ReadonlyMap<string, number> | null {
  const [tops, setTops] = useState<ReadonlyMap<string, number> | null>(null)
  useLayoutEffect(() => {
    if (editor === null || editor.isDestroyed) return
    const { dom } = editor.view
    let timer: ReturnType<typeof setTimeout> | undefined
    const measure = (): void => {
      timer = undefined
      const origin = container.current?.getBoundingClientRect().top
      if (origin === undefined || editor.isDestroyed) return
      const next = new Map<string, number>()
      for (const element of dom.querySelectorAll(`[data-thread-id], .${DRAFT_CLASS}`)) {
        const id = element.getAttribute('data-thread-id') ?? DRAFT_ID
        if (!next.has(id)) next.set(id, Math.round(element.getBoundingClientRect().top - origin))
      }
      setTops((before) => (before !== null && isSame(before, next) ? before : next))
    }
    const schedule = (): void => {
      timer ??= setTimeout(measure, WAIT_MS)
    }
    measure()
    editor.on('transaction', schedule)
    const observer = new ResizeObserver(schedule)
    observer.observe(dom)
    return () => {
      clearTimeout(timer)
      editor.off('transaction', schedule)
      observer.disconnect()
    }
  }, [editor, container])
  return tops
}

const isSame = (a: ReadonlyMap<string, number>, b: ReadonlyMap<string, number>) =>
  a.size === b.size && [...a].every(([id, top]) => b.get(id) === top)
