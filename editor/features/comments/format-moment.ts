const DAY_MS = 24 * 60 * 60 * 1000

/** When something was said, as briefly as it can be told. */
export function formatMoment(iso: string, now: Date): string {
  const then = new Date(iso)
  const minutes = Math.floor((now.getTime() - then.getTime()) / 60_000)
  if (minutes < 1) return 'just now'
  if (minutes < 60) return `${minutes} min ago`
  const time = new Intl.DateTimeFormat(undefined, { hour: '2-digit', minute: '2-digit' })
  if (then.toDateString() === now.toDateString()) return time.format(then)
  const isThisYear = now.getTime() - then.getTime() < 300 * DAY_MS
  return new Intl.DateTimeFormat(undefined, {
    day: 'numeric',
    month: 'short',
    ...(isThisYear ? {} : { year: 'numeric' }),
  }).format(then)
}
