import { useEffect, useState } from 'react'
import type { PresentUser } from '../../shared/protocol/presence.ts'
import type { RealtimeSession } from './realtime-session.ts'

/** Who has the page open, ourselves included. Empty while we are not connected: then nobody can know. */
export function usePagePresence(realtime: RealtimeSession, pageId: string): PresentUser[] {
  const [users, setUsers] = useState<PresentUser[]>([])

  useEffect(() => {
    const stops = [
      realtime.on('user_joined', (fact) => {
        if (fact.pageId !== pageId) return
        setUsers((before) => [...before.filter(({ userId }) => userId !== fact.user.userId), fact.user])
      }),
      realtime.on('user_left', (fact) => {
        if (fact.pageId !== pageId) return
        setUsers((before) => before.filter(({ userId }) => userId !== fact.userId))
      }),
      realtime.on('user_list_updated', (fact) => {
        if (fact.pageId === pageId) setUsers(fact.users)
      }),
      realtime.subscribe(() => {
        if (!realtime.isConnected()) setUsers([])
      }),
      realtime.followPage(pageId, (state) => setUsers(state.users)),
    ]
    return () => {
      for (const stop of stops) stop()
      setUsers([])
    }
  }, [realtime, pageId])

  return users
}
