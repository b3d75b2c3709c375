import { computeAuthorColor } from '../../shared/colors.ts'
import type { Identity } from '../auth/identity.ts'

/** Awareness states by Yjs client id, as they came in from one connection. Changed in place. */
export type AwarenessStates = Map<number, Record<string, unknown>>

/**
 * Holds which connection speaks for which cursor, and puts the authenticated name on it. Stock clients
 * send back what they heard of others as well: that must not change whose cursor it is.
 */
export interface CursorIdentity<Connection extends object> {
  /** Drops every state that is not the connection's own and overwrites `user` in the one that is. */
  enforce(connection: Connection, identity: Identity, states: AwarenessStates): void
  release(connection: Connection): void
}

export function createCursorIdentity<Connection extends object>(): CursorIdentity<Connection> {
  const owners = new Map<number, { connection: Connection; userId: string }>()
  const clientIds = new Map<Connection, number>()

  /** The first free client id that a connection names is its own; one left by the same person's lost connection, too. */
  function owns(connection: Connection, userId: string, clientId: number): boolean {
    const own = clientIds.get(connection)
    if (own !== undefined) return own === clientId
    const owner = owners.get(clientId)
    if (owner !== undefined && owner.userId !== userId) return false
    if (owner !== undefined) clientIds.delete(owner.connection)
    owners.set(clientId, { connection, userId })
    clientIds.set(connection, clientId)
    return true
  }

  return {
    enforce(connection, identity, states) {
      for (const [clientId, state] of states) {
        // An empty state shows nothing. Hocuspocus also leaves one of its own making in the map, with
        // a random id, which must not be taken for the client's.
        const empty = Object.keys(state).length === 0
        if (empty || !owns(connection, identity.userId, clientId)) states.delete(clientId)
        else state['user'] = toCursorUser(identity)
      }
    },

    release(connection) {
      const clientId = clientIds.get(connection)
      if (clientId === undefined) return
      clientIds.delete(connection)
      if (owners.get(clientId)?.connection === connection) owners.delete(clientId)
    },
  }
}

function toCursorUser({ userId, name }: Identity) {
  return { id: userId, name, color: computeAuthorColor(userId) }
}
