/**
 * Does something behind the paint of the next frame, or of as many as are given; after `atMostMs` in any case, since a
 * window that nobody sees paints none.
 */
export function afterPaint(act: () => void, atMostMs: number, frames = 1): void {
  let isDone = false
  const actOnce = (): void => {
    if (!isDone) act()
    isDone = true
  }
  const onFrame = (left: number): void => {
    if (left > 1) requestAnimationFrame(() => onFrame(left - 1))
    else setTimeout(actOnce)
  }
  requestAnimationFrame(() => onFrame(frames))
  setTimeout(actOnce, atMostMs)
}
