import type { Recorder } from '../recorder.ts'

/** How often this process looks whether it is late itself, and from when on it counts, ms. */
const LAG_EVERY_MS = 50
const LAG_MS = 50

/** Writes down when this process itself was late: what it saw then may have come earlier. */
export function watchLag(recorder: Pick<Recorder, 'lag'>): NodeJS.Timeout {
  let expectedAt = performance.now() + LAG_EVERY_MS
  return setInterval(() => {
    const now = performance.now()
    if (now - expectedAt > LAG_MS) recorder.lag(now - expectedAt)
    expectedAt = now + LAG_EVERY_MS
  }, LAG_EVERY_MS)
}
