import type { Client } from '../clients/client.ts'
import type { SimulationPlan } from '../plan.ts'
import type { Random } from '../random.ts'
import type { Ms } from '../record.ts'
import type { Recorder } from '../recorder.ts'
import { createRightsChanges } from '../rights/change-rights.ts'
import type { Workspace } from '../world/server-under-test.ts'
import type { Activity } from './activity.ts'

interface RightsDeps {
  readonly plan: SimulationPlan
  readonly workspace: Workspace
  readonly clients: readonly Client[]
  readonly recorder: Recorder
  readonly random: Random
}

/** Changes rights as planned, one after another, until the activity, which began at `activeFrom`, is over. */
export async function changePlannedRights(
  { plan, workspace, clients, recorder, random }: RightsDeps,
  { signal: ending, wait }: Activity,
  activeFrom: Ms,
): Promise<void> {
  const changes = createRightsChanges({ workspace, clients, recorder, random, wait })
  for (const planned of plan.rights) {
    await wait(activeFrom + planned.at - recorder.now())
    if (ending.aborted) return
    await changes.change(planned)
  }
}
