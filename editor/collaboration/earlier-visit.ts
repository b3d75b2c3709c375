/*
 * A guest is somebody new to the server with each visit. What they wrote without a network in one visit goes along into the
 * next one that begins on this device.
 *
 *   copydesk:visit = {"userId":…,"name":…}     (the last guest here, until they sign out)
 */
import { z } from 'zod'
import type { KeyValueStore } from '../api/key-value-store.ts'
import { listPendingPages } from './pending-marks.ts'

const VISIT = 'copydesk:visit'
const visitSchema = z.object({ userId: z.uuid(), name: z.string() })
export type Visit = z.infer<typeof visitSchema>

/** The last guest on this device. */
export function readVisit(storage: KeyValueStore): Visit | null {
  try {
    return visitSchema.parse(JSON.parse(storage.getItem(VISIT) ?? ''))
  } catch {
    return null
  }
}

/** Whether the last guest on this device wrote something that the server does not have. */
export function hasLeftEdits(storage: KeyValueStore): boolean {
  const visit = readVisit(storage)
  return visit !== null && listPendingPages(storage, visit.userId).length > 0
}

/** Begins a visit: what the one before left unsent is this one's from now on. */
export async function beginVisit(storage: KeyValueStore, visit: Visit): Promise<void> {
  const earlier = readVisit(storage)
  if (earlier !== null && earlier.userId !== visit.userId) {
    const { moveCopies } = await import('./left-copies.ts')
    await moveCopies(storage, earlier.userId, visit.userId)
  }
  storage.setItem(VISIT, JSON.stringify(visit))
}

/** Forgets the last guest. Their copies are the caller's to remove. */
export function forgetVisit(storage: KeyValueStore): void {
  storage.removeItem(VISIT)
}
