import type { PresentUser } from '../../shared/protocol/presence.ts'
import { useRoom } from './use-room.ts'

/** Who has the page open, ourselves included. Empty while we are not connected: then nobody can know. */
export function usePresence(pageId: string): readonly PresentUser[] {
  return useRoom({ pageId }).users
}
