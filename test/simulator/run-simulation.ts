import { type Client, createClient } from './clients/client.ts'
import { SimulatorError } from './errors.ts'
import { createNetwork } from './network/network.ts'
import type { SimulationPlan } from './plan.ts'
import { createRandom } from './random.ts'
import type { RunRecord } from './record.ts'
import { createRecorder, type LiveCounts } from './recorder.ts'
import { createActivity } from './run/activity.ts'
import { changePlannedRights } from './run/change-planned-rights.ts'
import { injectPlannedFaults } from './run/inject-planned-faults.ts'
import { lookAtTheEnd } from './run/look-at-the-end.ts'
import { sampleResources } from './run/sample-resources.ts'
import { settle } from './run/settle.ts'
import { until } from './run/until.ts'
import { watchLag } from './run/watch-lag.ts'
import { watchServer } from './run/watch-server.ts'
import type { Account, ServerUnderTest, Workspace } from './world/server-under-test.ts'

/** What is going on, for people who watch. */
export interface RunProgress extends LiveCounts {
  readonly phase: 'preparing' | 'writing' | 'settling' | 'looking'
  /** Since people began to act, ms; at most `durationMs`. */
  readonly elapsedMs: number
  readonly durationMs: number
  readonly clients: number
}

export interface RunDeps {
  readonly plan: SimulationPlan
  readonly server: ServerUnderTest
  /** Called a few times a second. */
  readonly onProgress?: (progress: RunProgress) => void
  /** Aborting ends the writing early; what was done is judged all the same. */
  readonly signal?: AbortSignal
}

const PROGRESS_MS = 250
const OPEN_TIMEOUT_MS = 60_000

/**
 * Lets simulated people work against a server as planned, waits until it is quiet, and looks at what is left.
 * What is wrong with the server is found in the record afterwards; throws only where the run could not be done.
 */
export async function runSimulation({ plan, server, onProgress, signal }: RunDeps): Promise<RunRecord> {
  const startedAt = new Date()
  const origin = performance.now()
  const recorder = createRecorder(() => performance.now() - origin)
  const random = createRandom(plan.seed)
  let phase: RunProgress['phase'] = 'preparing'
  let writingFrom: number | undefined
  const progress = setInterval(() => report(), PROGRESS_MS)
  const lagWatch = watchLag(recorder)
  const titles = Array.from({ length: plan.pages }, (_, page) => `Page ${page}`)
  const network = createNetwork({
    target: server.url,
    random: random.fork('network'),
    conditions: plan.scenario.network ?? {},
  })
  const clients: Client[] = []
  let workspace: Workspace | undefined

  const elapsed = () =>
    writingFrom === undefined ? 0 : Math.min(recorder.now() - writingFrom, plan.durationMs)

  function report(): void {
    onProgress?.({
      ...recorder.counts,
      ...{ phase, elapsedMs: elapsed(), durationMs: plan.durationMs, clients: plan.clients.length },
    })
  }

  try {
    workspace = await server.prepare(titles)
    const run = { plan, server, workspace, network, clients, recorder, random }
    workspace.pageIds.forEach((id, page) => void recorder.addPage({ id, title: titles[page] ?? '' }))
    await sampleResources(run, 'before')
    const accounts = await Promise.all(
      plan.clients.map(({ name, role, byLink, pages }) =>
        run.workspace.admit(name, role, byLink ? pages[0] : undefined),
      ),
    )
    for (const [place, planned] of plan.clients.entries()) {
      const account = accounts[place] as Account
      const line = await network.line(planned.name)
      const own = random.fork(planned.name)
      clients.push(createClient({ planned, server, workspace, account, line, recorder, random: own }))
    }
    const isReady = await until(() => clients.every(({ isOpen }) => isOpen), OPEN_TIMEOUT_MS)
    if (!isReady) throw notOpened(clients)

    const activeFrom = recorder.now()
    writingFrom = activeFrom
    phase = 'writing'
    const activity = createActivity({ plan, clients, random, signal })
    const watching = watchServer(run, activity.signal)
    const faulting = injectPlannedFaults(run, activity, activeFrom)
    const changing = changePlannedRights(run, activity, activeFrom)
    await activity.done
    const activeMs = recorder.now() - activeFrom
    await faulting
    await changing
    await watching

    phase = 'settling'
    network.mend()
    for (const client of clients) if (!client.isOnline) client.comeBack()
    await settle(clients)
    const cutAt = recorder.now()

    phase = 'looking'
    await lookAtTheEnd(run, cutAt)
    return recorder.finish({
      seed: plan.seed,
      scenario: plan.scenario.name,
      target: server.title,
      isPrivate: server.control !== null,
      ...{ startedAt, activeFrom, activeMs },
      serverOutput: server.control?.output() ?? '',
    })
  } finally {
    clearInterval(progress)
    clearInterval(lagWatch)
    report()
    for (const client of clients) client.close()
    workspace?.close()
    await network.close()
  }
}

function notOpened(clients: readonly Client[]): SimulatorError {
  const late = clients.filter(({ isOpen }) => !isOpen)
  return new SimulatorError(
    'connection-refused',
    `${late.length} of ${clients.length} clients (first: ${late[0]?.name}) could not open their pages within ` +
      `${OPEN_TIMEOUT_MS / 1000} s. If a proxy stands in front of the server, it must pass WebSockets on; ` +
      'for a slow server take fewer --clients.',
  )
}
