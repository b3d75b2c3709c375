import type * as Y from 'yjs'
import { hasArrived } from '../arrival.ts'
import { type PlannedEdit, SETUP_TRANSACTION, type TracePlan } from './trace-plan.ts'

/** How many edits of one author may wait for their acknowledgement: enough to keep the server busy. */
export const MAX_IN_FLIGHT_PER_AUTHOR = 200

/** What sending needs of an author's connection. */
export interface AuthorLink {
  readonly document: Y.Doc
  /** Connected, synchronised and allowed to write. */
  readonly isReady: boolean
  /** How many sent updates the server has acknowledged; acknowledgements come in the order of sending. */
  readonly acknowledgedCount: number
  /** Why the connection was lost, once for every time that it was. */
  readonly disconnects: readonly string[]
  /** Makes the edit in the document and sends it. */
  send(update: Uint8Array): void
  onChange(listener: (change: AuthorChange) => void): void
}

/** An update of somebody else arrived, own ones were acknowledged, or the connection came or went. */
export type AuthorChange = 'update' | 'acknowledgement' | 'connection'

/** An edit that an author never got to see. */
export interface MissingEdit {
  readonly receiver: number
  readonly author: number
  readonly transaction: number
}

export type SendOutcome =
  /** Everything was acknowledged; `missing` names the first edit of each author that did not reach another. */
  | { kind: 'sent'; durationMs: number; ackLatenciesMs: readonly number[]; missing: readonly MissingEdit[] }
  /** Nothing moved for `stallMs` although edits were still to be sent or acknowledged. */
  | { kind: 'stalled'; where: string }

export interface SendPlanOptions {
  readonly plan: TracePlan
  /** One per agent. */
  readonly links: readonly AuthorLink[]
  readonly stallMs: number
  /** Aborting rejects with the signal's reason. */
  readonly signal: AbortSignal
  /** Milliseconds, monotonic. */
  readonly now: () => number
  readonly onProgress: (acknowledgedCount: number) => void
}

/**
 * Sends every edit as its author once all that it builds on has arrived in that author's document, and waits
 * until everything is acknowledged and has reached everybody.
 */
export function sendPlan({
  plan,
  links,
  stallMs,
  signal,
  now,
  onProgress,
}: SendPlanOptions): Promise<SendOutcome> {
  const lanes = links.map((link, agent) => createLane(agent, link, plan, now))
  const startedAt = now()

  return new Promise((resolve, reject) => {
    let isSettled = false
    const stall = setTimeout(onStall, stallMs)
    signal.addEventListener('abort', onAbort, { once: true })
    lanes.forEach((lane) => {
      lane.link.onChange((change) => onChange(lane, change))
    })
    if (signal.aborted) return onAbort()
    for (const lane of lanes) lane.sendWhatIsReady(lanes)

    function onChange(lane: Lane, change: AuthorChange): void {
      if (isSettled) return
      const wasAcknowledged = lane.noteAcknowledgements()
      // Coming and going alone is no progress: a server that always hangs up must not keep us here.
      if (wasAcknowledged || change === 'update') stall.refresh()
      // An acknowledgement can be all that another author waits for; a received update matters to its receiver.
      for (const other of wasAcknowledged ? lanes : [lane]) other.sendWhatIsReady(lanes)
      if (wasAcknowledged) onProgress(countAcknowledged())
      if (isAllAcknowledged() && findMissing().length === 0) finish({ missing: [] })
    }

    function onStall(): void {
      if (isAllAcknowledged()) finish({ missing: findMissing() })
      else settle({ kind: 'stalled', where: lanes.map((lane) => lane.describe(lanes)).join('\n') })
    }

    function onAbort(): void {
      isSettled = true
      clearTimeout(stall)
      reject(signal.reason)
    }

    function finish({ missing }: { missing: readonly MissingEdit[] }): void {
      const ackLatenciesMs = lanes.flatMap((lane) => lane.ackLatenciesMs)
      settle({ kind: 'sent', durationMs: now() - startedAt, ackLatenciesMs, missing })
    }

    function settle(outcome: SendOutcome): void {
      isSettled = true
      clearTimeout(stall)
      signal.removeEventListener('abort', onAbort)
      resolve(outcome)
    }
  })

  function countAcknowledged(): number {
    return lanes.reduce((sum, { link }) => sum + link.acknowledgedCount, 0)
  }

  function isAllAcknowledged(): boolean {
    return lanes.every(({ link, edits }) => link.acknowledgedCount === edits.length)
  }

  function findMissing(): MissingEdit[] {
    return lanes.flatMap((receiver) =>
      lanes.flatMap((author) => {
        const missing = receiver.findMissing(author)
        return missing === undefined
          ? []
          : [{ receiver: receiver.agent, author: author.agent, transaction: missing.transaction }]
      }),
    )
  }
}

interface Lane {
  readonly agent: number
  readonly link: AuthorLink
  readonly edits: readonly PlannedEdit[]
  readonly ackLatenciesMs: readonly number[]
  /** Whether there were new ones. */
  noteAcknowledgements(): boolean
  sendWhatIsReady(lanes: readonly Lane[]): void
  /** The first edit of another author that has not arrived here. */
  findMissing(author: Lane): PlannedEdit | undefined
  describe(lanes: readonly Lane[]): string
}

/** One author's edits on their way: sent, acknowledged, and what has arrived from the others. */
function createLane(agent: number, link: AuthorLink, plan: TracePlan, now: () => number): Lane {
  const edits = plan.editsByAgent[agent] ?? []
  const sentAtMs: number[] = []
  const ackLatenciesMs: number[] = []
  /** How many edits of each agent are known to have arrived. */
  const arrivedCounts = new Uint32Array(plan.editsByAgent.length)
  let isSending = false

  function sendWhatIsReady(lanes: readonly Lane[]): void {
    // Sending changes `unsyncedChanges`, which brings us back here.
    if (isSending) return
    isSending = true
    try {
      while (link.isReady && sentAtMs.length - link.acknowledgedCount < MAX_IN_FLIGHT_PER_AUTHOR) {
        const edit = edits[sentAtMs.length]
        if (edit === undefined || findBlocker(edit, lanes) !== undefined) break
        sentAtMs.push(now())
        link.send(edit.update)
      }
    } finally {
      isSending = false
    }
  }

  function noteAcknowledgements(): boolean {
    const before = ackLatenciesMs.length
    for (let index = before; index < link.acknowledgedCount; index++) {
      ackLatenciesMs.push(now() - (sentAtMs[index] ?? now()))
    }
    return ackLatenciesMs.length > before
  }

  /** The first edit that must arrive here before this one can be made. */
  function findBlocker(edit: PlannedEdit, lanes: readonly Lane[]): PlannedEdit | undefined {
    for (const { agent: author, count } of edit.waitFor) {
      const lane = lanes[author]
      const blocker = lane && findMissingBefore(lane, count)
      if (blocker !== undefined) return blocker
    }
    return undefined
  }

  function findMissingBefore(author: Lane, count: number): PlannedEdit | undefined {
    let arrived = arrivedCounts[author.agent] ?? 0
    while (arrived < count && isHere(author, arrived)) arrived++
    arrivedCounts[author.agent] = arrived
    return arrived < count ? author.edits[arrived] : undefined
  }

  function isHere(author: Lane, index: number): boolean {
    const edit = author.edits[index]
    if (edit === undefined || !hasArrived(link.document, edit.evidence)) return false
    // An edit that only deletes may find its work done by somebody else. Nobody passes it on then, and there
    // is nothing to see; what is sure is that the server has merged it once it is acknowledged.
    return edit.evidence.clocks.length > 0 || index < author.link.acknowledgedCount
  }

  function describe(lanes: readonly Lane[]): string {
    const next = edits[sentAtMs.length]
    const blocker = next && findBlocker(next, lanes)
    const state = `agent ${agent}: sent ${sentAtMs.length} of ${edits.length} edits, acknowledged ${link.acknowledgedCount}`
    const reasons = [
      ...(link.isReady ? [] : ['not connected']),
      ...(link.disconnects.length > 0
        ? [`disconnected ${link.disconnects.length} times (${link.disconnects.at(-1)})`]
        : []),
      ...(blocker === undefined ? [] : [describeBlocker(blocker, lanes)]),
    ]
    return [state, ...reasons].join(', ')
  }

  return {
    agent,
    link,
    edits,
    ackLatenciesMs,
    noteAcknowledgements,
    sendWhatIsReady,
    findMissing: (author) =>
      author.agent === agent ? undefined : findMissingBefore(author, author.edits.length),
    describe,
  }
}

function describeBlocker(blocker: PlannedEdit, lanes: readonly Lane[]): string {
  const author = lanes[blocker.agent]
  const isAcknowledged = (author?.edits.indexOf(blocker) ?? 0) < (author?.link.acknowledgedCount ?? 0)
  const name =
    blocker.transaction === SETUP_TRANSACTION ? 'the setup edit' : `transaction ${blocker.transaction}`
  return `waiting for ${name} of agent ${blocker.agent} (${isAcknowledged ? 'acknowledged' : 'not acknowledged yet'})`
}
