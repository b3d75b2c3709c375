import { useEffect, useEffectEvent } from 'react'

const isAppleDevice = /Mac|iPhone|iPad/.test(navigator.userAgent)

/** How the keys that open the search are written. */
export const SEARCH_KEYS = isAppleDevice ? '⌘K' : 'Ctrl K'

/** Opens the search with Ctrl/Cmd-K, wherever one is; on selected text or a link the same keys are the editor's. */
export function useSearchKeys(isActive: boolean, onSearch: () => void): void {
  const search = useEffectEvent(onSearch)
  useEffect(() => {
    if (!isActive) return
    const onKeyDown = (event: KeyboardEvent): void => {
      const isMod = isAppleDevice ? event.metaKey : event.ctrlKey
      if (!isMod || event.shiftKey || event.altKey || event.key.toLowerCase() !== 'k') return
      if (event.defaultPrevented || isOnLinkableText(event.target)) return
      event.preventDefault()
      event.stopPropagation()
      search()
    }
    // Before the editor hears of it.
    document.addEventListener('keydown', onKeyDown, true)
    return () => document.removeEventListener('keydown', onKeyDown, true)
  }, [isActive])
}

function isOnLinkableText(target: EventTarget | null): boolean {
  if (!(target instanceof Element) || !target.closest('.ProseMirror')) return false
  const selection = window.getSelection()
  if (!selection?.anchorNode) return false
  const element = selection.anchorNode.parentElement
  return !selection.isCollapsed || element?.closest('.ProseMirror a') != null
}
