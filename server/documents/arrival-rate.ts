/** Over how long arrivals are counted to know how fast they come, ms: the older they are, the less they count. */
const MEMORY_MS = 500

/** How fast something comes after so many arrivals, per ms; `before` is how fast it came `agoMs` ago. */
export function noteArrivals(before: number, agoMs: number, arrivals: number): number {
  return before * Math.exp(-agoMs / MEMORY_MS) + arrivals / MEMORY_MS
}

/** How far a rate has come from the first number to the second: 0 up to the first, 1 from the second on. */
export function computeShare(rate: number, from: number, to: number): number {
  return Math.min(Math.max((rate - from) / (to - from), 0), 1)
}
