const STEPS = [
  { unit: 'minute', ms: 60_000, below: 60 },
  { unit: 'hour', ms: 3_600_000, below: 24 },
  { unit: 'day', ms: 86_400_000, below: 7 },
] as const

/** How long ago a moment was, in words; from a week on its date. */
export function formatAgo(at: string, now: number = Date.now()): string {
  const passed = Math.max(0, now - Date.parse(at))
  if (passed < 60_000) return 'just now'
  const words = new Intl.RelativeTimeFormat('en', { numeric: 'auto' })
  for (const { unit, ms, below } of STEPS) {
    const count = Math.floor(passed / ms)
    if (count < below) return words.format(-count, unit)
  }
  return `on ${formatDate(at)}`
}

/** The time of day of a moment. */
export function formatTime(at: string | number): string {
  return new Date(at).toLocaleTimeString(undefined, { timeStyle: 'short' })
}

/** The day of a moment, as the browser's language writes it. */
export function formatDate(at: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }).format(new Date(at))
}

/** The day and the time of a moment. */
export function formatMoment(at: string): string {
  return new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }).format(new Date(at))
}
