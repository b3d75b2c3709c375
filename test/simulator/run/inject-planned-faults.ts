import type { Client } from '../clients/client.ts'
import { lookAtPage } from '../clients/look-at-page.ts'
import { FAULTS } from '../faults/faults.ts'
import type { Network } from '../network/network.ts'
import type { SimulationPlan } from '../plan.ts'
import type { Random } from '../random.ts'
import type { Ms } from '../record.ts'
import type { Recorder } from '../recorder.ts'
import type { ServerUnderTest, Workspace } from '../world/server-under-test.ts'
import type { Activity } from './activity.ts'

/** A fault that waits for an acknowledgement waits no longer than this, ms. */
const ACK_WAIT_MS = 2_000

interface FaultsDeps {
  readonly plan: SimulationPlan
  readonly server: ServerUnderTest
  readonly workspace: Workspace
  readonly network: Network
  readonly clients: readonly Client[]
  readonly recorder: Recorder
  readonly random: Random
}

/** Lets the planned faults happen one after another, until the activity, which began at `activeFrom`, is over. */
export async function injectPlannedFaults(
  deps: FaultsDeps,
  { signal: ending, wait }: Activity,
  activeFrom: Ms,
): Promise<void> {
  const { plan, server, workspace, network, clients, recorder, random } = deps
  for (const { at, kind, stream } of plan.faults) {
    await wait(activeFrom + at - recorder.now())
    if (ending.aborted) return
    const fault = FAULTS[kind]
    const written = recorder.fault(kind, fault.title)
    await fault.inject({
      ...{ server, network, clients, recorder, wait, workspace },
      random: random.fork(stream),
      nextAcknowledgement: () =>
        Promise.race([
          new Promise<void>((resolve) => recorder.onNextAcknowledgement(resolve)),
          wait(ACK_WAIT_MS),
        ]),
      checkpoint: (reason) => checkpoint(deps, reason),
    })
    written.end()
  }
}

/** Only while nobody can come back and bring what was lost. */
async function checkpoint({ server, workspace, recorder }: FaultsDeps, reason: string): Promise<void> {
  const cutAt = recorder.now()
  await Promise.all(
    recorder.pages.map(async ({ id }, page) => {
      const look = await lookAtPage(server, workspace.observer, id)
      recorder.checkpoint({ page, reason, cutAt, state: look.state, failure: look.failure })
    }),
  )
}
