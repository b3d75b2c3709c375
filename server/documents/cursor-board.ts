import { type Awareness, removeAwarenessStates } from 'y-protocols/awareness'
import { computeAuthorColor } from '../../shared/colors.ts'
import type { Identity } from '../auth/identity.ts'
import type { CursorState } from './frame.ts'

// Cursors move with every keystroke, and everybody sees everybody's: without care that is authors squared.
// Only the newest state of each cursor counts, so they are collected and shown together, once a window.

/** How long cursors are collected, ms: longer where more people are, since each window is sent to all of them. */
const MIN_WINDOW_MS = 30
const MAX_WINDOW_MS = 200
const WINDOW_MS_PER_PERSON = 1
/** Cursors that have gone and whose clock is still known, for when they come back; with more, the oldest are forgotten. */
export const MAX_GONE_CURSORS = 1_000

/** The cursors on one page: who speaks for which, and when they are shown. */
export interface CursorBoard<Connection extends object> {
  /**
   * Takes what a connection says of its cursor. It speaks for one, the first free client id it names; what
   * it says of others (stock clients repeat what they heard) is dropped, and `user` is the server's.
   * A cursor is shown only after the text it stands in: once `areUpdatesIn`.
   */
  move(
    connection: Connection,
    identity: Identity,
    cursors: readonly CursorState[],
    areUpdatesIn: () => boolean,
  ): void
  /** Says that text is being shown: the cursors that stand in it go along, if the window is over. */
  textShown(): void
  /** Takes a connection's cursor away. */
  remove(connection: Connection): void
}

interface Move {
  clock: number
  state: Record<string, unknown> | null
  readonly areUpdatesIn: () => boolean
}

export function createCursorBoard<Connection extends object>(
  awareness: Awareness,
  countPeople: () => number,
  now: () => number = () => performance.now(),
): CursorBoard<Connection> {
  const owners = new Map<number, { connection: Connection; userId: string }>()
  const clientIds = new Map<Connection, number>()
  const moves = new Map<number, Move>()
  const gone = new Set<number>()
  let timer: NodeJS.Timeout | undefined
  let shownAt = Number.NEGATIVE_INFINITY

  function owns(connection: Connection, userId: string, clientId: number): boolean {
    const own = clientIds.get(connection)
    if (own !== undefined) return own === clientId
    const owner = owners.get(clientId)
    // A connection that the same person lost may still be here: its cursor moves to the new one.
    if (owner !== undefined && owner.userId !== userId) return false
    if (owner !== undefined) clientIds.delete(owner.connection)
    owners.set(clientId, { connection, userId })
    clientIds.set(connection, clientId)
    gone.delete(clientId)
    return true
  }

  function show(): void {
    clearTimeout(timer)
    timer = undefined
    const change = { added: [] as number[], updated: [] as number[], removed: [] as number[] }
    for (const [clientId, move] of moves) {
      if (!move.areUpdatesIn()) continue
      moves.delete(clientId)
      const known = awareness.meta.get(clientId)
      const isShown = awareness.states.has(clientId)
      const isGone = move.state === null
      if (isGone ? !isShown : isShown && known !== undefined && known.clock >= move.clock) continue
      // Whoever comes back brings the clock they left with, which the others have seen go: one more, then.
      const clock = known !== undefined && !isShown ? Math.max(move.clock, known.clock + 1) : move.clock
      // What y-protocols' applyAwarenessUpdate does with a decoded state, for the whole window at once.
      awareness.meta.set(clientId, { clock, lastUpdated: Date.now() })
      if (move.state === null) {
        awareness.states.delete(clientId)
        change.removed.push(clientId)
      } else {
        change[isShown ? 'updated' : 'added'].push(clientId)
        awareness.states.set(clientId, move.state)
      }
    }
    if (change.added.length + change.updated.length + change.removed.length > 0) {
      shownAt = now()
      awareness.emit('change', [change, 'cursor-board'])
      awareness.emit('update', [change, 'cursor-board'])
    }
    if (moves.size > 0) schedule()
  }

  /** Awareness remembers every client that was ever there: on a page that is open for months that is a leak. */
  function forgetOldest(clientId: number): void {
    gone.add(clientId)
    const [oldest] = gone
    if (gone.size <= MAX_GONE_CURSORS || oldest === undefined) return
    gone.delete(oldest)
    awareness.meta.delete(oldest)
  }

  function schedule(): void {
    timer ??= setTimeout(show, computeWindowMs())
  }

  function computeWindowMs(): number {
    return Math.min(Math.max(countPeople() * WINDOW_MS_PER_PERSON, MIN_WINDOW_MS), MAX_WINDOW_MS)
  }

  return {
    move(connection, identity, cursors, areUpdatesIn) {
      for (const { clientId, clock, state } of cursors) {
        if (!owns(connection, identity.userId, clientId)) continue
        const named = nameCursor(identity, state)
        const earlier = moves.get(clientId)
        // A newer state takes the place of one that waits, but not its turn: whoever types without a
        // pause would otherwise never be shown.
        if (earlier === undefined) moves.set(clientId, { clock, state: named, areUpdatesIn })
        else if (clock >= earlier.clock) Object.assign(earlier, { clock, state: named })
      }
      if (moves.size > 0) schedule()
    },

    textShown() {
      if (moves.size > 0 && now() - shownAt >= computeWindowMs()) show()
    },

    remove(connection) {
      const clientId = clientIds.get(connection)
      if (clientId === undefined) return
      clientIds.delete(connection)
      if (owners.get(clientId)?.connection !== connection) return
      owners.delete(clientId)
      moves.delete(clientId)
      removeAwarenessStates(awareness, [clientId], 'cursor-board')
      forgetOldest(clientId)
    },
  }
}

/** A cursor's state under the name of whose it is, whatever it claims. */
export function nameCursor<State extends object | null>(identity: Identity, state: State): State {
  return state === null ? state : { ...state, user: toCursorUser(identity) }
}

function toCursorUser({ userId, kind, name }: Identity) {
  return { id: userId, kind, name, color: computeAuthorColor(userId) }
}
