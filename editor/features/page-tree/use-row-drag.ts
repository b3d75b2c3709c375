import { type RefObject, useEffect, useRef, useState } from 'react'
import type { DropSpot, RowDrag } from './tree-drag.ts'

/** How long a page is held over a closed one before that opens, ms. */
const OPEN_AFTER_MS = 600

/** Lets a row be dragged and dropped on; answers where on it a page would go. What does it is loaded afterwards. */
export function useRowDrag(
  row: RefObject<HTMLElement | null>,
  options: Omit<RowDrag, 'onHover'> & { readonly isActive: boolean; readonly onHeld: () => void },
): DropSpot | null {
  const { isActive } = options
  const [spot, setSpot] = useState<DropSpot | null>(null)
  const latest = useRef(options)
  latest.current = options

  useEffect(() => {
    const element = row.current
    if (!isActive || !element) return
    let isGone = false
    let detach: (() => void) | undefined
    // Without it pages are moved by their menu.
    import('./tree-drag.ts').then(
      ({ attachRowDrag }) => {
        if (!isGone) detach = attachRowDrag(element, () => ({ ...latest.current, onHover: setSpot }))
      },
      () => undefined,
    )
    return () => {
      isGone = true
      detach?.()
    }
  }, [row, isActive])

  useEffect(() => {
    if (spot !== 'inside') return
    const timer = setTimeout(() => latest.current.onHeld(), OPEN_AFTER_MS)
    return () => clearTimeout(timer)
  }, [spot])

  return spot
}
