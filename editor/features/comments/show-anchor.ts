import type { Editor } from '@tiptap/react'
import { openDetailsAround } from '../editor/blocks/open-details.ts'
import { findScroller } from '../presence/scroll-to.ts'

/** Brings the text that a thread is about into sight, out of closed details as well, if it is there. */
export function showAnchor(editor: Editor, threadId: string): void {
  const marked = findMarked(editor, threadId)
  if (marked === null) return
  openDetailsAround(marked)
  marked.scrollIntoView({ block: 'center', behavior: prefersStillness() ? 'instant' : 'smooth' })
}

/** Where the text that a thread is about begins, CSS pixels from the top of the window, and whether it is in sight. */
export function findAnchor(editor: Editor, threadId: string): { top: number; isInSight: boolean } | null {
  const marked = findMarked(editor, threadId)
  if (marked === null) return null
  const { top, bottom, height } = marked.getBoundingClientRect()
  const frame = findScroller(marked).getBoundingClientRect()
  const isBelow = bottom > Math.max(frame.top, 0)
  const isAbove = top < Math.min(frame.bottom, window.innerHeight)
  return { top, isInSight: height > 0 && isBelow && isAbove }
}

function findMarked(editor: Editor, threadId: string): Element | null {
  return editor.view.dom.querySelector(`[data-thread-id="${CSS.escape(threadId)}"]`)
}

const prefersStillness = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches
