import { type KeyboardEvent, type RefObject, useEffect, useRef } from 'react'

/**
 * Makes the buttons of a toolbar one stop of the Tab key; the arrow keys, Home and End go from one to the next.
 * Disabled buttons are passed over.
 */
export function useRovingFocus(container: RefObject<HTMLElement | null>) {
  const stop = useRef<HTMLButtonElement | null>(null)
  const listButtons = (): HTMLButtonElement[] => [
    ...(container.current?.querySelectorAll<HTMLButtonElement>('button:not(:disabled)') ?? []),
  ]

  function moveStop(to: HTMLButtonElement | undefined): void {
    stop.current = to ?? null
    for (const button of listButtons()) button.tabIndex = button === to ? 0 : -1
  }

  // After every render: a button that holds the stop may have been disabled meanwhile.
  useEffect(() => {
    const buttons = listButtons()
    moveStop(buttons.find((button) => button === stop.current) ?? buttons[0])
  })

  return {
    onFocus(event: { target: EventTarget }) {
      const button = listButtons().find((candidate) => candidate === event.target)
      if (button) moveStop(button)
    },
    onKeyDown(event: KeyboardEvent) {
      const buttons = listButtons()
      // What is typed into a popover of the toolbar's bubbles here too.
      const present = buttons.indexOf(event.target as HTMLButtonElement)
      if (present < 0 || event.ctrlKey || event.metaKey || event.altKey) return
      const next = findNext(event.key, present, buttons.length)
      if (next === null) return
      event.preventDefault()
      buttons[next]?.focus()
    },
  }
}

function findNext(key: string, present: number, count: number): number | null {
  switch (key) {
    case 'ArrowRight':
      return (present + 1) % count
    case 'ArrowLeft':
      return (present - 1 + count) % count
    case 'Home':
      return 0
    case 'End':
      return count - 1
    default:
      return null
  }
}
