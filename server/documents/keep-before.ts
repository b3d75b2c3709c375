import { randomUUID } from 'node:crypto'
import type { VersionKind } from '../../shared/api/versions.ts'
import type { VersionStore } from './version-store.ts'

/** Keeps a page's state as a version, in front of a change that would bury it. */
export function keepBefore(store: Pick<VersionStore, 'insert'>, pageId: string, kind: VersionKind) {
  return async (state: Uint8Array, seq: number): Promise<void> => {
    if (seq === 0) return
    await store.insert({ id: randomUUID(), pageId, seq, state, kind, name: null, createdBy: null })
  }
}
