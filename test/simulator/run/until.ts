import { setTimeout as sleep } from 'node:timers/promises'

/** A condition must hold for this long, ms, before it counts. */
const QUIET_MS = 300
const POLL_MS = 50

/** Whether the condition came to hold within `timeoutMs`, and for a moment stayed so. */
export async function until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
  const deadline = performance.now() + timeoutMs
  let since: number | undefined
  while (performance.now() < deadline) {
    const now = performance.now()
    since = condition() ? (since ?? now) : undefined
    if (since !== undefined && now - since >= QUIET_MS) return true
    await sleep(POLL_MS)
  }
  return false
}
