/*
 * Everybody's cursors over plain HTTP: ours goes out with each request, the others' come with its answer.
 */
import type { Awareness } from 'y-protocols/awareness'
import type { SyncCursor } from '../../shared/api/sync.ts'

/** Our own cursor, as it is sent; its state is null while we show none. */
export function readOwnCursor(awareness: Awareness): SyncCursor {
  const { clientID } = awareness
  return {
    clientId: clientID,
    clock: awareness.meta.get(clientID)?.clock ?? 0,
    state: awareness.getLocalState(),
  }
}

/**
 * Shows the cursors of an answer, which are all that there are besides ours. Answers whether anything changed.
 * Written into the states by hand: y-protocols ignores who comes back with the clock that they went with.
 */
export function showCursors(awareness: Awareness, cursors: readonly SyncCursor[], now: number): boolean {
  const added: number[] = []
  const updated: number[] = []
  const present = new Set([awareness.clientID])
  for (const { clientId, clock, state } of cursors) {
    if (clientId === awareness.clientID || state === null) continue
    present.add(clientId)
    const isShown = awareness.states.has(clientId)
    const isNews = !isShown || (awareness.meta.get(clientId)?.clock ?? 0) < clock
    awareness.meta.set(clientId, { clock, lastUpdated: now })
    if (!isNews) continue
    awareness.states.set(clientId, state)
    if (isShown) updated.push(clientId)
    else added.push(clientId)
  }
  const removed = [...awareness.states.keys()].filter((clientId) => !present.has(clientId))
  for (const clientId of removed) {
    awareness.states.delete(clientId)
    awareness.meta.delete(clientId)
  }
  if (added.length + updated.length + removed.length === 0) return false
  awareness.emit('change', [{ added, updated, removed }, 'http-sync'])
  awareness.emit('update', [{ added, updated, removed }, 'http-sync'])
  return true
}
