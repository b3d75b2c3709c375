import { setTimeout as sleep } from 'node:timers/promises'
import type { Recorder } from '../recorder.ts'
import type { ServerUnderTest, Workspace } from '../world/server-under-test.ts'
import { readSeq } from './read-seq.ts'
import { sampleResources } from './sample-resources.ts'

/** How often the pages' `seq` is read, ms. */
const SEQ_EVERY_MS = 1_000
const SAMPLE_EVERY_MS = 5_000

interface WatchDeps {
  readonly server: ServerUnderTest
  readonly workspace: Workspace
  readonly recorder: Recorder
}

/** Writes down the pages' `seq` and what the server uses again and again; resolves soon after `ending` is aborted. */
export async function watchServer(deps: WatchDeps, ending: AbortSignal): Promise<void> {
  const { recorder } = deps
  let samplesAt = SAMPLE_EVERY_MS
  while (!ending.aborted) {
    for (const [page, { id }] of recorder.pages.entries()) await readSeq(deps, page, id, null)
    if (recorder.now() > samplesAt) {
      await sampleResources(deps, 'during')
      samplesAt = recorder.now() + SAMPLE_EVERY_MS
    }
    await sleep(SEQ_EVERY_MS, undefined, { signal: ending }).catch(() => undefined)
  }
}
