import { setMaxListeners } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { BEHAVIOURS } from './authors/behaviours.ts'
import { type Client, createClient } from './clients/client.ts'
import { lookAtPage } from './clients/look-at-page.ts'
import { lookAtPresence } from './clients/look-at-presence.ts'
import { SimulatorError } from './errors.ts'
import { FAULTS } from './faults/faults.ts'
import { createNetwork } from './network/network.ts'
import { readPageState, readStateVector } from './page-state.ts'
import type { SimulationPlan } from './plan.ts'
import { createRandom } from './random.ts'
import type { PageIndex, RunRecord } from './record.ts'
import { createRecorder, type LiveCounts, type Recorder } from './recorder.ts'
import { createRightsChanges } from './rights/change-rights.ts'
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

/** How often steps are looked for, ms. */
const TICK_MS = 10
const PROGRESS_MS = 250
/** How often this process looks whether it is late itself, and from when on it counts, ms. */
const LAG_EVERY_MS = 50
const LAG_MS = 50
/** Who has not come to rest after this long, ms, does not. */
const SETTLE_TIMEOUT_MS = 45_000
const OPEN_TIMEOUT_MS = 60_000
/** Connections that are still there this long after everybody left, ms, stay. */
const LEAVE_TIMEOUT_MS = 20_000
/** Who has all answers and does not agree with the others, and nothing changes for this long, ms: they never will. */
const STUCK_MS = 6_000
/** How often those who have to ask for what is new do so at the end, ms. */
const HURRY_EVERY_MS = 500
/** Everybody must agree for this long before it counts as quiet. */
const QUIET_MS = 300
const POLL_MS = 50
/** A fault that waits for an acknowledgement waits no longer than this, ms. */
const ACK_WAIT_MS = 2_000
/** How often the pages' `seq` is read, ms. */
const SEQ_EVERY_MS = 1_000
const SAMPLE_EVERY_MS = 5_000
/** How many states of the past are read back of each page. */
const PAST_READINGS = 12

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
    const made = workspace
    workspace.pageIds.forEach((id, page) => void recorder.addPage({ id, title: titles[page] ?? '' }))
    await sampleResources('before')
    const accounts = await Promise.all(
      plan.clients.map(({ name, role, byLink, pages }) =>
        made.admit(name, role, byLink ? pages[0] : undefined),
      ),
    )
    for (const [place, planned] of plan.clients.entries()) {
      const account = accounts[place] as Account
      const line = await network.line(planned.name)
      const own = random.fork(planned.name)
      clients.push(createClient({ planned, server, workspace: made, account, line, recorder, random: own }))
    }
    const isReady = await until(() => clients.every(({ isOpen }) => isOpen), OPEN_TIMEOUT_MS)
    if (!isReady) throw notOpened()

    const activeFrom = recorder.now()
    writingFrom = activeFrom
    phase = 'writing'
    const activity = createActivity({ plan, clients, random, signal })
    const watching = watch(made, activity.signal)
    const faulting = injectFaults(made, activity, activeFrom)
    const changing = changeRights(made, activity, activeFrom)
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
    await lookAtTheEnd(made, cutAt)
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

  function notOpened(): SimulatorError {
    const late = clients.filter(({ isOpen }) => !isOpen)
    return new SimulatorError(
      'connection-refused',
      `${late.length} of ${clients.length} clients (first: ${late[0]?.name}) could not open their pages within ` +
        `${OPEN_TIMEOUT_MS / 1000} s. If a proxy stands in front of the server, it must pass WebSockets on; ` +
        'for a slow server take fewer --clients.',
    )
  }

  async function injectFaults(
    made: Workspace,
    { signal: ending, wait }: Activity,
    activeFrom: number,
  ): Promise<void> {
    for (const { at, kind, stream } of plan.faults) {
      await wait(activeFrom + at - recorder.now())
      if (ending.aborted) return
      const fault = FAULTS[kind]
      const written = recorder.fault(kind, fault.title)
      await fault.inject({
        ...{ server, network, clients, recorder, wait, workspace: made },
        random: random.fork(stream),
        nextAcknowledgement: () =>
          Promise.race([
            new Promise<void>((resolve) => recorder.onNextAcknowledgement(resolve)),
            wait(ACK_WAIT_MS),
          ]),
        checkpoint: (reason) => checkpoint(reason, recorder.now()),
      })
      written.end()
    }
  }

  async function changeRights(
    made: Workspace,
    { signal: ending, wait }: Activity,
    activeFrom: number,
  ): Promise<void> {
    const changes = createRightsChanges({ workspace: made, clients, recorder, random, wait })
    for (const planned of plan.rights) {
      await wait(activeFrom + planned.at - recorder.now())
      if (ending.aborted) return
      await changes.change(planned)
    }
  }

  /** Only while nobody can come back and bring what was lost. */
  async function checkpoint(reason: string, cutAt: number): Promise<void> {
    await Promise.all(
      recorder.pages.map(async ({ id }, page) => {
        const look = await lookAtPage(server, workspace?.observer, id)
        recorder.checkpoint({ page, reason, cutAt, state: look.state, failure: look.failure })
      }),
    )
  }

  async function lookAtTheEnd(
    { readContent, get, owner, observer }: Workspace,
    cutAt: number,
  ): Promise<void> {
    const endings = recorder.pages.map((_page, page) => endingsOf(page))
    // Where connections lead nowhere, half of the people leave like that: the server has to find out by itself.
    if (plan.faults.some(({ kind }) => kind === 'half-open'))
      for (const [place, { line }] of clients.entries()) if (place % 2 === 0) line.halfOpen()
    for (const client of clients) client.close()
    network.blockAll()
    for (const reading of await lookAtPresence(server, observer, recorder.pages)) recorder.presence(reading)
    await sampleWhenBack()
    // The page is read from the database, not from the memory of a server that has had it open all along.
    if (server.control !== null) {
      await server.control.kill()
      await server.control.start()
    }
    for (const [page, { id }] of recorder.pages.entries()) {
      const look = await lookAtPage(server, workspace?.observer, id)
      recorder.checkpoint({ page, reason: 'at the end', cutAt, state: look.state, failure: look.failure })
      const content = await readContent(id, null).catch(() => null)
      recorder.ending({
        page,
        fresh: look.doc === null ? null : readPageState(look.doc),
        http:
          content?.marks == null || content.seq === null ? null : { seq: content.seq, marks: content.marks },
        clients: endings[page] ?? [],
      })
      look.doc?.destroy()
      await readPast(page, id, content?.seq ?? null, readContent)
      for (const path of [`/api/pages/${id}`, `/api/pages/${id}/messages`]) {
        const answer = await readWhole(get, owner, path).catch(() => null)
        if (answer !== null) recorder.restReading({ client: null, path, reason: 'at the end', ...answer })
      }
    }
  }

  /** What a GET answers; of a list all of its parts in one. */
  async function readWhole(get: Workspace['get'], account: Account, path: string) {
    const first = await get(account, path)
    if (first === null || first.status !== 200) return first
    let { items, nextCursor } = first.body as { items?: unknown[]; nextCursor?: number }
    if (items === undefined) return first
    while (nextCursor !== undefined) {
      const next = await get(account, `${path}?before=${nextCursor}`)
      if (next?.status !== 200) return next
      const part = next.body as { items: unknown[]; nextCursor?: number }
      items = [...items, ...part.items]
      nextCursor = part.nextCursor
    }
    return { status: 200, body: { items } }
  }

  function endingsOf(page: PageIndex) {
    return clients
      .filter(({ pages }) => pages.includes(page))
      .map((client) => {
        const { doc, unacknowledged, isOpen, mayWrite } = client.page(page)
        return {
          ...{ client: client.index, state: readPageState(doc), mayWrite },
          unacknowledged: unacknowledged.size,
          isConnected: isOpen,
        }
      })
  }

  /** Every `seq` up to the newest can be asked for, and its states follow one another. */
  async function readPast(
    page: PageIndex,
    id: string,
    newest: number | null,
    readContent: Workspace['readContent'],
  ): Promise<void> {
    if (newest === null) return
    const chosen = new Set(
      Array.from({ length: Math.min(PAST_READINGS, newest) }, (_, index) =>
        Math.max(1, Math.round(((index + 1) * newest) / Math.min(PAST_READINGS, newest))),
      ),
    )
    for (const at of chosen) await readSeq(page, id, at, readContent)
  }

  async function readSeq(
    page: PageIndex,
    id: string,
    at: number | null,
    readContent: Workspace['readContent'],
  ): Promise<void> {
    const askedAt = recorder.now()
    const answer = await readContent(id, at).catch(() => null)
    if (answer === null) return
    const { status, seq, marks } = answer
    recorder.seqReading({
      ...{ page, askedAt, at, seq, status, answeredAt: recorder.now() },
      marks: at === null ? null : marks,
    })
  }

  async function watch({ readContent }: Workspace, ending: AbortSignal): Promise<void> {
    let samplesAt = SAMPLE_EVERY_MS
    while (!ending.aborted) {
      for (const [page, { id }] of recorder.pages.entries()) await readSeq(page, id, null, readContent)
      if (recorder.now() > samplesAt) {
        await sampleResources('during')
        samplesAt = recorder.now() + SAMPLE_EVERY_MS
      }
      await sleep(SEQ_EVERY_MS, undefined, { signal: ending }).catch(() => undefined)
    }
  }

  /** Connections take a moment to be gone. */
  async function sampleWhenBack(): Promise<void> {
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
    await sampleResources('after')
  }

  async function sampleResources(when: 'before' | 'during' | 'after'): Promise<void> {
    const metrics = await server.readMetrics()
    recorder.resources({
      ...{ phase: when, metrics },
      process: Math.max(0, (server.control?.starts ?? 1) - 1),
      rssBytes: metrics['process_resident_memory_bytes'] ?? null,
    })
  }
}

/** Writes down when this process itself was late: what it saw then may have come earlier. */
function watchLag(recorder: Recorder): NodeJS.Timeout {
  let expectedAt = performance.now() + LAG_EVERY_MS
  return setInterval(() => {
    const now = performance.now()
    if (now - expectedAt > LAG_MS) recorder.lag(now - expectedAt)
    expectedAt = now + LAG_EVERY_MS
  }, LAG_EVERY_MS)
}

interface Activity {
  /** Aborted when the time is over. */
  readonly signal: AbortSignal
  readonly done: Promise<void>
  /** Waits, but not beyond the end. */
  wait(ms: number): Promise<void>
}

interface ActivityDeps {
  readonly plan: SimulationPlan
  readonly clients: readonly Client[]
  readonly random: ReturnType<typeof createRandom>
  readonly signal: AbortSignal | undefined
}

/** Lets every client do its steps at their times. */
function createActivity({ plan, clients, random, signal }: ActivityDeps): Activity {
  const ending = new AbortController()
  // Many things wait for it at once.
  setMaxListeners(0, ending.signal)
  const beganAt = performance.now()
  const places = plan.clients.map(() => 0)
  const laters = new Set<() => void>()

  const wait = (ms: number) =>
    sleep(Math.max(0, ms), undefined, { signal: ending.signal }).catch(() => undefined)
  const later = (ms: number, call: () => void) => {
    if (ending.signal.aborted) return call()
    laters.add(call)
    void wait(ms).then(() => {
      if (laters.delete(call)) call()
    })
  }

  const done = new Promise<void>((resolve, reject) => {
    const timer = setInterval(() => {
      try {
        if (tick()) return
      } catch (error) {
        reject(error)
      }
      clearInterval(timer)
      ending.abort()
      for (const call of [...laters]) if (laters.delete(call)) call()
      resolve()
    }, TICK_MS)
  })

  /** Whether there is more to come. */
  function tick(): boolean {
    const now = performance.now() - beganAt
    if (now >= plan.durationMs || signal?.aborted === true) return false
    plan.clients.forEach(({ steps }, index) => {
      const client = clients[index]
      for (let step = steps[places[index] ?? 0]; client !== undefined && step !== undefined; ) {
        if (step.at > now) break
        places[index] = (places[index] ?? 0) + 1
        const page = client.page(step.page)
        BEHAVIOURS[step.behaviour].act({
          ...{ client, page, later },
          random: random.fork(step.stream),
          focus: plan.scenario.focus,
        })
        step = steps[places[index] ?? 0]
      }
    })
    return true
  }

  return { signal: ending.signal, done, wait }
}

/** Waits until it is quiet; not as long when everybody has their answers and nothing changes, but they disagree. */
async function settle(clients: readonly Client[]): Promise<void> {
  let before = ''
  let sameSince = performance.now()
  let hurriedAt = 0
  await until(() => {
    if (performance.now() - hurriedAt > HURRY_EVERY_MS) {
      hurriedAt = performance.now()
      for (const client of clients) client.hurry()
    }
    const vectors = readVectors(clients)
    if (vectors === null) {
      before = ''
      return false
    }
    const agree = [...vectors.values()].every((each) => each.size <= 1)
    const now = [...vectors.values()].flatMap((each) => [...each]).join('|')
    if (now !== before) sameSince = performance.now()
    before = now
    return agree || performance.now() - sameSince > STUCK_MS
  }, SETTLE_TIMEOUT_MS)
}

/** By page the different state vectors of those who may write there, or only read; null while somebody waits for something. */
function readVectors(clients: readonly Client[]): Map<PageIndex, Set<string>> | null {
  if (!clients.every(({ isSettled }) => isSettled)) return null
  const vectors = new Map<PageIndex, Set<string>>()
  for (const client of clients) {
    for (const place of client.pages) {
      const page = client.page(place)
      // What those hold who wrote what they may not is their own affair.
      if (page.isRefused || !(page.mayWrite || client.onlyReads)) continue
      const own = vectors.get(place) ?? new Set()
      vectors.set(place, own.add(readStateVector(page.doc)))
    }
  }
  return vectors
}

/** Whether the condition came to hold, and for a moment stayed so. */
async function until(condition: () => boolean, timeoutMs: number): Promise<boolean> {
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
