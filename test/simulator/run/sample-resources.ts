import { setTimeout as sleep } from 'node:timers/promises'
import type { ResourceSample } from '../record.ts'
import type { Recorder } from '../recorder.ts'
import type { ServerUnderTest } from '../world/server-under-test.ts'

/** Connections that are still there this long after everybody left, ms, stay. */
const LEAVE_TIMEOUT_MS = 20_000
const POLL_MS = 50

interface SampleDeps {
  readonly server: Pick<ServerUnderTest, 'control' | 'readMetrics'>
  readonly recorder: Pick<Recorder, 'resources'>
}

/** Writes down what the server uses at this moment. */
export async function sampleResources(
  { server, recorder }: SampleDeps,
  phase: ResourceSample['phase'],
): Promise<void> {
  const metrics = await server.readMetrics()
  recorder.resources({
    ...{ phase, metrics },
    process: Math.max(0, (server.control?.starts ?? 1) - 1),
    rssBytes: metrics['process_resident_memory_bytes'] ?? null,
  })
}

/** Writes down what the server uses when all have left: connections take a moment to be gone. */
export async function sampleWhenBack(deps: SampleDeps): Promise<void> {
  const { server } = deps
  // On somebody else's server there may be others.
  const deadline = performance.now() + (server.control === null ? 0 : LEAVE_TIMEOUT_MS)
  for (;;) {
    const metrics = await server.readMetrics()
    const isBack = ['copydesk_document_sockets', 'copydesk_realtime_sockets', 'copydesk_open_pages'].every(
      (name) => (metrics[name] ?? 0) === 0,
    )
    if (isBack || performance.now() > deadline) break
    await sleep(POLL_MS)
  }
  await sampleResources(deps, 'after')
}
