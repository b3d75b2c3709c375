import { useEffect, useState } from 'react'

/** How long something stays after its reason has gone, ms: the focus is nowhere while it moves. */
const LINGER_MS = 120

/** Whether something holds, or held a moment ago. */
export function useLinger(holds: boolean): boolean {
  const [lingers, setLingers] = useState(holds)
  useEffect(() => {
    if (holds) {
      setLingers(true)
      return
    }
    const timer = setTimeout(() => setLingers(false), LINGER_MS)
    return () => clearTimeout(timer)
  }, [holds])
  return holds || lingers
}
