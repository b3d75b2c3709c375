/** What writes times takes a while to be made, and is made when it is first needed. */
const keep = <Format>(make: () => Format): (() => Format) => {
  let made: Format | undefined
  return () => {
    made ??= make()
    return made
  }
}
const inWords = keep(() => new Intl.RelativeTimeFormat('en', { numeric: 'auto' }))
const asTime = keep(() => new Intl.DateTimeFormat(undefined, { timeStyle: 'short' }))
const asDate = keep(() => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium' }))
const asMoment = keep(() => new Intl.DateTimeFormat(undefined, { dateStyle: 'medium', timeStyle: 'short' }))

const STEPS = [
  { unit: 'minute', ms: 60_000, below: 60 },
  { unit: 'hour', ms: 3_600_000, below: 24 },
  { unit: 'day', ms: 86_400_000, below: 7 },
] as const

/** How long ago a moment was, in words; from a week on its date. */
export function formatAgo(at: string, now: number = Date.now()): string {
  const passed = Math.max(0, now - Date.parse(at))
  if (passed < 60_000) return 'just now'
  for (const { unit, ms, below } of STEPS) {
    const count = Math.floor(passed / ms)
    if (count < below) return inWords().format(-count, unit)
  }
  return `on ${formatDate(at)}`
}

/** The time of day of a moment. */
export function formatTime(at: string | number): string {
  return asTime().format(new Date(at))
}

/** The day of a moment, as the browser's language writes it. */
export function formatDate(at: string): string {
  return asDate().format(new Date(at))
}

/** The day and the time of a moment. */
export function formatMoment(at: string): string {
  return asMoment().format(new Date(at))
}
