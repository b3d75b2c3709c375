import { useEffect, useState } from 'react'

/** How long to wait until a part that did not come is asked for again, ms. */
const RETRY_MS = 3_000

/** A part of the app that is loaded behind; null until it is there. `load` must stay the same function. */
export function useLoaded<Part extends object>(load: () => Promise<Part>): Part | null {
  const [part, setPart] = useState<Part | null>(null)
  useEffect(() => {
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const begin = (): void => {
      load().then(
        (loaded) => {
          if (!isOver) setPart(loaded)
        },
        () => {
          if (!isOver) timer = setTimeout(begin, RETRY_MS)
        },
      )
    }
    begin()
    return () => {
      isOver = true
      clearTimeout(timer)
    }
  }, [load])
  return part
}
