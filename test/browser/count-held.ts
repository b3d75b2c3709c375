/** What is registered with the browser and not taken back, on `window.browserHolds`. */
export interface BrowserHolds {
  listeners: number
  timers: number
}

/** An init script: counts the listeners of window and document, and the timers, from the first moment on. */
export function countWhatIsHeld(): void {
  const held: BrowserHolds = { listeners: 0, timers: 0 }
  Object.assign(window, { browserHolds: held })
  for (const target of [window, document]) {
    const known = new Set<string>()
    const ids = new WeakMap<object, number>()
    let nextId = 0
    const keyOf = (name: string, listener: object): string => {
      if (!ids.has(listener)) ids.set(listener, nextId++)
      return `${name}:${ids.get(listener)}`
    }
    const { addEventListener, removeEventListener } = target
    const count = (change: boolean, name: string, listener: object): void => {
      const key = keyOf(name, listener)
      if (known.has(key) === change) return
      if (change) known.add(key)
      else known.delete(key)
      held.listeners += change ? 1 : -1
    }
    Object.assign(target, {
      addEventListener(name: string, listener: EventListener, options?: AddEventListenerOptions) {
        if (listener) count(true, name, listener)
        addEventListener.call(target, name, listener, options)
      },
      removeEventListener(name: string, listener: EventListener, options?: AddEventListenerOptions) {
        if (listener) count(false, name, listener)
        removeEventListener.call(target, name, listener, options)
      },
    })
  }
  const running = new Set<unknown>()
  const note = (): void => {
    held.timers = running.size
  }
  for (const kind of ['Timeout', 'Interval'] as const) {
    const set = window[`set${kind}`] as (run: () => void, ms?: number) => number
    const clear = window[`clear${kind}`] as (id?: number) => void
    Object.assign(window, {
      [`set${kind}`]: (run: () => void, ms?: number) => {
        const id: number = set(() => {
          if (kind === 'Timeout') running.delete(id)
          note()
          run()
        }, ms)
        running.add(id)
        note()
        return id
      },
      [`clear${kind}`]: (id?: number) => {
        running.delete(id)
        note()
        clear(id)
      },
    })
  }
}
