import type { Server, Socket } from 'socket.io'
import { type ConnectionLimits, createSeats } from '../operations/connection-limits.ts'

/** One transport connection; a client can connect and disconnect on it again and again. */
type Connection = Socket['conn']

/** Counts Socket.IO's connections; what is over the limit is refused in the handshake. */
export interface ConnectionCaps {
  /** Takes a place for this person on this connection; false when they have too many, or their address. */
  admit(connection: Connection, userId: string): boolean
  /** How many people and addresses are counted. */
  count(): number
}

export function createConnectionCaps(
  { engine }: Pick<Server, 'engine'>,
  { perUser, perAddress, addressOf }: ConnectionLimits,
): ConnectionCaps {
  const users = createSeats(perUser)
  const addresses = createSeats(perAddress)
  /** The connections whose address had a place, with the people who are counted on each. */
  const admitted = new WeakMap<Connection, Set<string>>()

  engine.on('connection', (connection: Connection) => {
    const seat = addresses.take(addressOf(connection.request))
    if (seat === null) return
    admitted.set(connection, new Set())
    connection.once('close', () => seat.giveBack())
  })

  return {
    admit(connection, userId) {
      const people = admitted.get(connection)
      if (people === undefined || connection.readyState !== 'open') return false
      if (people.has(userId)) return true
      const seat = users.take(userId)
      if (seat === null) return false
      people.add(userId)
      connection.once('close', () => seat.giveBack())
      return true
    },
    count: () => users.count() + addresses.count(),
  }
}
