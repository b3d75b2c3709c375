import { useCallback, useEffect, useState } from 'react'

/** How long to wait until a part that did not come is asked for again, ms. */
const RETRY_MS = 3_000

/** What has arrived, by the function that loads it: it is there at once for whoever needs it next. */
const arrived = new WeakMap<() => Promise<object>, object>()

export interface Loaded<Part> {
  /** Null until it is there. */
  readonly part: Part | null
  /** Whether it could not be loaded. It is tried again every few seconds, and when the network is back. */
  readonly isMissing: boolean
  /** Tries again now. */
  retry(): void
}

/** A part of the app that is loaded behind. `load` must stay the same function. */
export function useLoaded<Part extends object>(load: () => Promise<Part>): Loaded<Part> {
  const [part, setPart] = useState(() => (arrived.get(load) as Part | undefined) ?? null)
  const [isMissing, setMissing] = useState(false)
  const [attempt, setAttempt] = useState(0)
  const retry = useCallback(() => setAttempt((before) => before + 1), [])
  useEffect(() => {
    if (part !== null) return
    let isOver = false
    let timer: ReturnType<typeof setTimeout> | undefined
    const begin = attempt === 0 ? load() : fetchMissingStyles().then(load)
    begin.then(
      (loaded) => {
        arrived.set(load, loaded)
        if (isOver) return
        setPart(loaded)
        setMissing(false)
      },
      () => {
        if (isOver) return
        setMissing(true)
        timer = setTimeout(retry, RETRY_MS)
        window.addEventListener('online', retry)
      },
    )
    return () => {
      isOver = true
      clearTimeout(timer)
      window.removeEventListener('online', retry)
    }
  }, [load, part, retry, attempt])
  return { part, isMissing, retry }
}

/** Styles that did not come: the bundler asks for each of them once, and would go on without them. */
async function fetchMissingStyles(): Promise<void> {
  const place = new URL('.', import.meta.url).href
  const links = [...document.querySelectorAll<HTMLLinkElement>('link[rel="stylesheet"]')]
  const missing = new Set(links.map(({ href }) => href).filter((href) => href.startsWith(place)))
  for (const { href, sheet } of links) if (sheet !== null) missing.delete(href)
  await Promise.all([...missing].map(fetchStyle))
}

function fetchStyle(href: string): Promise<void> {
  const link = document.createElement('link')
  return new Promise((resolve, reject) => {
    link.onload = () => resolve()
    link.onerror = () => {
      link.remove()
      reject(new Error(`The style ${href} did not come.`))
    }
    Object.assign(link, { rel: 'stylesheet', crossOrigin: '', href })
    document.head.append(link)
  })
}
