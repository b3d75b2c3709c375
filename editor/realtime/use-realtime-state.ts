import { useSyncExternalStore } from 'react'
import { useRealtime } from './realtime-context.ts'
import type { RealtimeState } from './realtime-session.ts'

/** Whether the person's connection stands. */
export function useRealtimeState(): RealtimeState {
  const realtime = useRealtime()
  return useSyncExternalStore(realtime.subscribe, realtime.getState)
}
