import type { Version } from '../../../shared/api/versions.ts'
import { formatTime } from '../../app/format-time.ts'

type Words = Pick<Version, 'kind' | 'name' | 'createdAt'>

/** What a version is called in the list: its name, or when it was kept. */
export function nameVersion(version: Words): string {
  return version.name ?? formatTime(version.createdAt)
}

/** Why a version is there, for those that were not simply kept now and then; null otherwise. */
export function describeKind({ kind, name, createdAt }: Words): string | null {
  if (name !== null) return `Named · ${formatTime(createdAt)}`
  if (kind === 'before-restore') return 'Before an older version was restored'
  if (kind === 'before-overwrite') return 'Before the page was replaced'
  return null
}

/** The day of a moment: Today, Yesterday or a date. */
export function formatDay(moment: string, now: Date): string {
  const date = new Date(moment)
  const yesterday = new Date(now)
  yesterday.setDate(now.getDate() - 1)
  if (date.toDateString() === now.toDateString()) return 'Today'
  if (date.toDateString() === yesterday.toDateString()) return 'Yesterday'
  const isThisYear = date.getFullYear() === now.getFullYear()
  return date.toLocaleDateString(undefined, {
    ...{ weekday: 'long', day: 'numeric', month: 'long' },
    ...(isThisYear ? {} : { year: 'numeric' }),
  })
}
