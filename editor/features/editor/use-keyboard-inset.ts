import { type RefObject, useEffect } from 'react'

/**
 * Keeps an element's `--keyboard-inset` at how much of the screen a phone's keyboard covers, CSS pixels, where
 * the browser draws it over the page.
 */
export function useKeyboardInset(element: RefObject<HTMLElement | null>): void {
  useEffect(() => {
    const viewport = window.visualViewport
    if (!viewport) return
    const follow = () => {
      const covered = Math.max(0, window.innerHeight - viewport.height - viewport.offsetTop)
      element.current?.style.setProperty('--keyboard-inset', `${Math.round(covered)}px`)
    }
    // Not yet: asked for in the midst of a change, its height has the whole page laid out once more.
    const frame = requestAnimationFrame(follow)
    viewport.addEventListener('resize', follow)
    viewport.addEventListener('scroll', follow)
    return () => {
      cancelAnimationFrame(frame)
      viewport.removeEventListener('resize', follow)
      viewport.removeEventListener('scroll', follow)
    }
  }, [element])
}
