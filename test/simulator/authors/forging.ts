import { createEncoder, toUint8Array, writeVarString, writeVarUint, writeVarUint8Array } from 'lib0/encoding'
import type { Acting } from './behaviours.ts'

const MESSAGE_AWARENESS = 1
/** So far ahead of the owner that everybody would take it for newer. */
const CLOCKS_AHEAD = 1_000

/** What a forged caret says of itself, so that the clients who are shown it know whose work it is. */
export const FORGED_BY = 'forgedBy'

/** Shows one's own caret under somebody else's name. */
export function forgeName({ client, page, random }: Acting): void {
  const others = [...(page.awareness?.getStates().values() ?? [])]
    .map((state) => (state as { user?: { id?: string } }).user)
    .filter((user) => user !== undefined && user.id !== client.account.userId)
  const user = others.length === 0 ? { id: 'somebody', name: 'Somebody else' } : random.pick(others)
  page.awareness?.setLocalStateField('user', user)
}

/** Moves somebody else's caret. */
export function forgeCaret({ client, page, random }: Acting): void {
  const { awareness } = page
  if (awareness === null || !page.isOpen) return
  const others = [...awareness.getStates().keys()].filter((id) => id !== page.doc.clientID)
  if (others.length === 0) return
  const victim = random.pick(others)
  const states = createEncoder()
  writeVarUint(states, 1)
  writeVarUint(states, victim)
  writeVarUint(states, (awareness.meta.get(victim)?.clock ?? 0) + CLOCKS_AHEAD)
  writeVarString(states, JSON.stringify({ ...awareness.getStates().get(victim), [FORGED_BY]: client.index }))
  const frame = createEncoder()
  writeVarString(frame, page.pageId)
  writeVarUint(frame, MESSAGE_AWARENESS)
  writeVarUint8Array(frame, toUint8Array(states))
  page.sendRaw(toUint8Array(frame))
}
