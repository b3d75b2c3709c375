import {
  createSocketSession as createRealSession,
  type SocketSession,
} from '../../../server/documents/socket-session.ts'

export * from '../../../server/documents/socket-session.ts'

/** Takes every connection for a living one, however long nothing has come over it. */
export function createSocketSession(...args: Parameters<typeof createRealSession>): SocketSession {
  const session = createRealSession(...args)
  session.takeActivity = () => true
  return session
}
