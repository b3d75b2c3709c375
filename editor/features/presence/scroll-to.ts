import type { EditorView } from '@tiptap/pm/view'

/** The part of the window, from its top, in which a place counts as being in view. */
const COMFORTABLE = { from: 0.15, to: 0.8 }

/** Scrolls to a place in the text if it is not comfortably in view. */
export function scrollTo(view: EditorView, position: number): void {
  const scroller = findScroller(view.dom)
  const frame = scroller.getBoundingClientRect()
  const top = Math.max(frame.top, 0)
  const height = Math.min(frame.bottom, window.innerHeight) - top
  const at = (view.coordsAtPos(Math.min(position, view.state.doc.content.size)).top - top) / height
  if (at >= COMFORTABLE.from && at <= COMFORTABLE.to) return
  const isCalm = matchMedia('(prefers-reduced-motion: reduce)').matches
  scroller.scrollBy({ top: (at - 0.4) * height, behavior: isCalm ? 'auto' : 'smooth' })
}

/** What has to be scrolled for an element to be seen. */
export function findScroller(element: Element): Element {
  for (let parent = element.parentElement; parent !== null; parent = parent.parentElement) {
    const { overflowY } = getComputedStyle(parent)
    if (['auto', 'scroll'].includes(overflowY) && parent.scrollHeight > parent.clientHeight) return parent
  }
  return document.scrollingElement ?? document.documentElement
}
