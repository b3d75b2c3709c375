/*
 * A guest is somebody new to the server with each visit. What they wrote without a network in one visit goes along into the
 * next one that begins on this device.
 *
 *   copydesk:visit = {"name":…,"userIds":[…]}     (the last guest here and, behind them, those whose edits could not yet be
 *                                                  moved; until they sign out)
 */
import { z } from 'zod'
import type { KeyValueStore } from '../api/key-value-store.ts'
import { listPendingPages } from './pending-marks.ts'

const VISIT = 'copydesk:visit'
/** How many visits are remembered whose edits could not be moved. */
const MAX_REMEMBERED = 20
const visitSchema = z.object({ name: z.string(), userIds: z.array(z.uuid()).min(1) })
type Visits = z.infer<typeof visitSchema>

function readVisits(storage: KeyValueStore): Visits | null {
  try {
    return visitSchema.parse(JSON.parse(storage.getItem(VISIT) ?? ''))
  } catch {
    return null
  }
}

/** What the last guest on this device called themselves; empty if there was none. */
export function readGuestName(storage: KeyValueStore): string {
  return readVisits(storage)?.name ?? ''
}

/** The guests of this device with edits that the server does not have. */
export function listLeftBehind(storage: KeyValueStore): string[] {
  const { userIds = [] } = readVisits(storage) ?? {}
  return userIds.filter((userId) => listPendingPages(storage, userId).length > 0)
}

/**
 * Begins a visit: what those before left unsent is this one's from now on. What cannot be moved stays theirs, and is looked
 * for again when the next visit begins. Never rejects.
 */
export async function beginVisit(
  storage: KeyValueStore,
  visit: { readonly userId: string; readonly name: string },
): Promise<void> {
  const before = readVisits(storage)?.userIds.filter((userId) => userId !== visit.userId) ?? []
  try {
    if (before.length > 0) {
      const { moveCopies } = await import('./left-copies.ts')
      for (const userId of before) await moveCopies(storage, userId, visit.userId)
    }
  } catch {
    // The code for it did not come, or the browser's store does not answer.
  }
  const left = before.filter((userId) => listPendingPages(storage, userId).length > 0)
  const userIds = [visit.userId, ...left.slice(0, MAX_REMEMBERED)]
  try {
    storage.setItem(VISIT, JSON.stringify({ name: visit.name, userIds } satisfies Visits))
  } catch {
    // Where the storage is full, what is remembered stays as it was.
  }
}

/** Forgets a guest who leaves, and with them whom they came after. Their own copies are the caller's to remove. */
export function forgetVisit(storage: KeyValueStore, userId: string): void {
  const visits = readVisits(storage)
  if (visits?.userIds[0] !== userId) return
  const left = listLeftBehind(storage).filter((id) => id !== userId)
  if (left.length === 0) storage.removeItem(VISIT)
  else storage.setItem(VISIT, JSON.stringify({ ...visits, userIds: left } satisfies Visits))
}
