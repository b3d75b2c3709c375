import { useEffect } from 'react'
import type { Facts } from '../../shared/protocol/events.ts'
import type { RealtimeSession } from './realtime-session.ts'

/** What a list of pages does with what happens to them. */
export interface PageFactHandlers {
  onChanged(fact: Facts['page_created' | 'page_updated' | 'page_restored']): void
  onMoved(fact: Facts['page_moved']): void
  onDeleted(fact: Facts['page_deleted']): void
}

/** Hears of every page fact that reaches this person, once each, whichever room it came through. */
export function usePageFacts(realtime: RealtimeSession, handlers: PageFactHandlers): void {
  useEffect(() => {
    const seen = new Set<string>()
    const once =
      <Fact extends { eventId: string }>(listener: (fact: Fact) => void) =>
      (fact: Fact) => {
        if (seen.has(fact.eventId)) return
        if (seen.size > 500) seen.clear()
        seen.add(fact.eventId)
        listener(fact)
      }
    const stops = [
      realtime.on('page_created', once(handlers.onChanged)),
      realtime.on('page_updated', once(handlers.onChanged)),
      realtime.on('page_restored', once(handlers.onChanged)),
      realtime.on('page_moved', once(handlers.onMoved)),
      realtime.on('page_deleted', once(handlers.onDeleted)),
    ]
    return () => {
      for (const stop of stops) stop()
    }
  }, [realtime, handlers])
}

/** Follows a drive's room; `onJoined` tells the revision to compare what we hold with. */
export function useFollowedDrive(
  realtime: RealtimeSession,
  driveId: string,
  onJoined: (driveId: string, revision: number) => void,
): void {
  useEffect(
    () => realtime.followDrive(driveId, ({ revision }) => onJoined(driveId, revision)),
    [realtime, driveId, onJoined],
  )
}
