import { useCallback, useEffect, useRef, useState } from 'react'

/** Watches how high elements are: give each the ref of its id. CSS pixels. */
export function useHeights(): {
  readonly heights: ReadonlyMap<string, number>
  readonly watch: (id: string) => (element: HTMLElement | null) => (() => void) | undefined
} {
  const [heights, setHeights] = useState<ReadonlyMap<string, number>>(new Map())
  const observer = useRef<ResizeObserver | null>(null)
  const ids = useRef(new WeakMap<Element, string>())
  const observe = useCallback((): ResizeObserver => {
    observer.current ??= new ResizeObserver((entries) =>
      setHeights((before) => {
        const next = new Map(before)
        for (const { target, borderBoxSize } of entries) {
          const id = ids.current.get(target)
          if (id !== undefined) next.set(id, Math.ceil(borderBoxSize[0]?.blockSize ?? 0))
        }
        return next
      }),
    )
    return observer.current
  }, [])
  useEffect(() => () => observer.current?.disconnect(), [])

  const refs = useRef(new Map<string, (element: HTMLElement | null) => (() => void) | undefined>())
  const watch = useCallback(
    (id: string) => {
      const known = refs.current.get(id)
      if (known) return known
      const ref = (element: HTMLElement | null): (() => void) | undefined => {
        if (element === null) return undefined
        ids.current.set(element, id)
        observe().observe(element)
        return () => {
          observe().unobserve(element)
          refs.current.delete(id)
        }
      }
      refs.current.set(id, ref)
      return ref
    },
    [observe],
  )
  return { heights, watch }
}
