import {
  createSocketSession as createRealSession,
  type PageConnection,
  type SocketSession,
} from '../../../server/documents/socket-session.ts'

export * from '../../../server/documents/socket-session.ts'

/** Forgets to look whether a connection may write. */
export function createSocketSession(...args: Parameters<typeof createRealSession>): SocketSession {
  const session = createRealSession(...args)
  const open = session.open.bind(session)
  session.open = (connection: PageConnection) =>
    open(Object.create(connection, { readOnly: { get: () => false, set: () => undefined } }))
  return session
}
