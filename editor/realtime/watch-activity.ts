import type { PresenceStatus } from '../../shared/protocol/presence.ts'

/** How long without a touch, a key or a movement until somebody counts as idle, ms. */
export const IDLE_AFTER_MS = 120_000

const INPUTS = ['pointerdown', 'pointermove', 'keydown', 'wheel', 'touchstart'] as const

/** What can be listened to: a window or a document. */
interface Listened {
  addEventListener(
    name: string,
    listener: () => void,
    options?: { passive?: boolean; capture?: boolean },
  ): void
  removeEventListener(name: string, listener: () => void, options?: { capture?: boolean }): void
}

export interface WatchActivityDeps {
  readonly window: Listened
  readonly document: Listened & { readonly visibilityState: string }
  readonly now: () => number
  /** Told at the beginning and whenever it is another. */
  readonly onChange: (status: PresenceStatus) => void
}

/**
 * Finds out whether the person is at this tab: idle when it is hidden, or after two minutes without input.
 * Answers a function that stops looking.
 */
export function watchActivity({ window, document, now, onChange }: WatchActivityDeps): () => void {
  let status: PresenceStatus | undefined
  let lastInputAt = now()
  let timer: ReturnType<typeof setTimeout> | undefined

  function look(): void {
    const leftMs = lastInputAt + IDLE_AFTER_MS - now()
    const next = document.visibilityState === 'hidden' || leftMs <= 0 ? 'idle' : 'active'
    clearTimeout(timer)
    // Not with every input: when the time is over it is looked how much of it is left.
    if (next === 'active') timer = setTimeout(look, leftMs)
    if (next === status) return
    status = next
    onChange(next)
  }

  function noteInput(): void {
    lastInputAt = now()
    if (status !== 'active') look()
  }

  const options = { passive: true, capture: true }
  for (const name of INPUTS) window.addEventListener(name, noteInput, options)
  const noteVisibility = (): void => {
    if (document.visibilityState === 'visible') lastInputAt = now()
    look()
  }
  document.addEventListener('visibilitychange', noteVisibility)
  look()
  return () => {
    clearTimeout(timer)
    for (const name of INPUTS) window.removeEventListener(name, noteInput, options)
    document.removeEventListener('visibilitychange', noteVisibility)
  }
}
