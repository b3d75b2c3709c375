import { createContext, useContext } from 'react'
import type { RealtimeSession } from './realtime-session.ts'

const RealtimeContext = createContext<RealtimeSession | null>(null)

/** Gives everything below it the person's connection: `<RealtimeProvider value={session}>`. */
export const RealtimeProvider = RealtimeContext.Provider

/** The person's connection. */
export function useRealtime(): RealtimeSession {
  const session = useContext(RealtimeContext)
  if (!session) throw new Error('Realtime is used outside of its provider.')
  return session
}
