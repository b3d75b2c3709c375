import type { Editor } from '@tiptap/react'
import { type RefObject, useEffect } from 'react'
import type { WritingPanel } from './WritingTools.tsx'

/**
 * The keys that hold on the whole page, or only `within` a part of it: Mod-F finds, Mod-/ shows all keys, Alt-F10
 * goes to the tools.
 */
export function usePageShortcuts(
  editor: Editor | null,
  onPanel: (panel: WritingPanel) => void,
  within?: RefObject<HTMLElement | null>,
): void {
  useEffect(() => {
    if (editor === null) return
    const onKeyDown = (event: KeyboardEvent): void => {
      if (within && !within.current?.contains(event.target as Node)) return
      const isMod = (event.ctrlKey || event.metaKey) && !event.altKey && !event.shiftKey
      if (isMod && event.key.toLowerCase() === 'f') onPanel('find')
      else if ((event.ctrlKey || event.metaKey) && event.key === '/') onPanel('keyboard')
      else if (event.altKey && event.key === 'F10') focusTools()
      else return
      event.preventDefault()
    }
    window.addEventListener('keydown', onKeyDown)
    return () => window.removeEventListener('keydown', onKeyDown)
  }, [editor, onPanel, within])
}

/** Those of the selected text or of the block, where they are shown, else those of the page. */
function focusTools(): void {
  const names = ['bubble-menu', 'block-bar', 'toolbar']
  for (const name of names) {
    const button = document.querySelector<HTMLElement>(
      `[data-testid="${name}"] :is(button:not(:disabled), select, input)`,
    )
    if (button === null) continue
    button.focus()
    return
  }
}
