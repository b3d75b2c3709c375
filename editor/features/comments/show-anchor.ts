import type { Editor } from '@tiptap/react'

/**
 * Brings the text that a thread is about into sight, out of closed details as well. Answers whether it is there.
 */
export function showAnchor(editor: Editor, threadId: string): boolean {
  const marked = editor.view.dom.querySelector(`[data-thread-id="${CSS.escape(threadId)}"]`)
  if (marked === null) return false
  for (;;) {
    const details = marked.closest('[data-type="detailsContent"][hidden]')?.closest('[data-type="details"]')
    const button = details?.querySelector<HTMLElement>(':scope > button')
    if (!button) break
    button.click()
  }
  marked.scrollIntoView({ block: 'center', behavior: prefersStillness() ? 'instant' : 'smooth' })
  return true
}

const prefersStillness = () => window.matchMedia('(prefers-reduced-motion: reduce)').matches
