/** A whole number with thousands separated, the same on every machine. */
export function formatCount(count: number): string {
  return count.toLocaleString('en-US')
}
