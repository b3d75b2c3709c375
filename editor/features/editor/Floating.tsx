import type { Editor } from '@tiptap/react'
import { type HTMLAttributes, type ReactNode, useLayoutEffect, useRef } from 'react'
import { createPortal } from 'react-dom'
import classes from './Floating.module.css'

/** Where something stands on the screen, CSS pixels. */
export type ScreenRect = Pick<DOMRect, 'top' | 'bottom' | 'left' | 'right'>

/** The least distance from what it belongs to and from the edges of the screen, CSS pixels. */
const GAP = 8

/** Something that floats beside a place in the text, and follows it while the text moves. */
export function Floating(
  props: HTMLAttributes<HTMLDivElement> & {
    editor: Editor
    /** Where the place is now; null while it cannot be seen. */
    getRect: () => ScreenRect | null
    place: 'above' | 'below' | 'above-end'
    children: ReactNode
  },
) {
  const { editor, getRect, place, children, className, ...rest } = props
  const box = useRef<HTMLDivElement>(null)
  const latest = useRef(getRect)
  latest.current = getRect
  useLayoutEffect(() => {
    const move = () => {
      if (box.current !== null) put(box.current, latest.current(), place)
    }
    move()
    editor.on('transaction', move)
    window.addEventListener('scroll', move, { capture: true, passive: true })
    window.addEventListener('resize', move)
    const resized = new ResizeObserver(move)
    if (box.current !== null) resized.observe(box.current)
    return () => {
      editor.off('transaction', move)
      window.removeEventListener('scroll', move, { capture: true })
      window.removeEventListener('resize', move)
      resized.disconnect()
    }
  }, [editor, place])
  // Not Mantine's portal: its content comes a moment later, when nothing might ask for its place any more.
  return createPortal(
    <div ref={box} className={`${classes.floating} ${className ?? ''}`} data-place="hidden" {...rest}>
      {children}
    </div>,
    document.body,
  )
}

function put(box: HTMLElement, rect: ScreenRect | null, place: 'above' | 'below' | 'above-end'): void {
  const isSeen = rect !== null && rect.bottom > 0 && rect.top < window.innerHeight
  box.dataset['place'] = isSeen ? place : 'hidden'
  if (!isSeen) return
  const { offsetWidth: width, offsetHeight: height } = box
  const above = rect.top - height - GAP
  const below = rect.bottom + GAP
  const isAboveFree = above > GAP
  const isBelowFree = below + height < window.innerHeight - GAP
  const top = (place === 'below' ? isBelowFree || !isAboveFree : !isAboveFree) ? below : above
  const left = place === 'above-end' ? rect.right - width : rect.left
  const clamp = (value: number, most: number) => Math.round(Math.max(GAP, Math.min(value, most - GAP)))
  box.style.top = `${clamp(top, window.innerHeight - height)}px`
  box.style.left = `${clamp(left, window.innerWidth - width)}px`
}

/** Where a piece of text is on the screen. */
export function rectOfText({ view }: Editor, from: number, to: number): ScreenRect | null {
  const size = view.state.doc.content.size
  if (view.isDestroyed || to > size) return null
  const [start, end] = [view.coordsAtPos(from), view.coordsAtPos(to, -1)]
  return {
    top: Math.min(start.top, end.top),
    bottom: Math.max(start.bottom, end.bottom),
    left: start.top === end.top ? Math.min(start.left, end.left) : start.left,
    right: Math.max(start.right, end.right),
  }
}

/** Where a node is on the screen. */
export function rectOfNode({ view }: Editor, at: number): ScreenRect | null {
  if (view.isDestroyed) return null
  const dom = at <= view.state.doc.content.size ? view.nodeDOM(at) : null
  return dom instanceof Element ? dom.getBoundingClientRect() : null
}
