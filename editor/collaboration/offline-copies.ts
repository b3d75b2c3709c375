import type { KeyValueStore } from '../api/key-value-store.ts'
import { listPendingPages } from './pending-marks.ts'

/** The offline copies of one person on this device. */
export function createOfflineCopies(storage: KeyValueStore, userId: string) {
  return {
    /** Pages with edits that only this device holds. */
    listUnsaved: () => listPendingPages(storage, userId),
    /** Removes every copy from this device, unsent edits included. */
    async removeAll(): Promise<void> {
      const { removeCopies } = await import('./left-copies.ts')
      await removeCopies(storage, userId)
    },
  }
}
