import { useEffect, useEffectEvent } from 'react'
import type { FactName, Facts } from '../../shared/protocol/events.ts'
import { useRealtime } from './realtime-context.ts'

/** Hears of one kind of fact while the component is there; always calls the handler of the latest render. */
export function useServerEvent<Name extends FactName>(
  name: Name,
  handler: (fact: Facts[Name]) => void,
): void {
  const realtime = useRealtime()
  const onFact = useEffectEvent(handler)
  useEffect(() => realtime.on(name, (fact) => onFact(fact)), [realtime, name])
}
