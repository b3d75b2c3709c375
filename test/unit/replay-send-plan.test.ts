import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest'
import * as Y from 'yjs'
import { hasArrived } from '../simulator/arrival.ts'
import { readPageText } from '../simulator/trace/page-text.ts'
import { type AuthorChange, type AuthorLink, sendPlan } from '../simulator/trace/send-plan.ts'
import type { Trace } from '../simulator/trace/trace.ts'
import { createTracePlan, type PlannedEdit, type TracePlan } from '../simulator/trace/trace-plan.ts'

const STALL_MS = 1000

const trace: Trace = {
  agentCount: 2,
  startContent: '',
  endContent: 'bab',
  transactions: [
    { agent: 0, parents: [], patches: [[0, 0, 'a']] },
    { agent: 1, parents: [0], patches: [[1, 0, 'b']] },
    { agent: 0, parents: [1], patches: [[0, 0, 'xb']] },
    // Both delete the same letter at the same time; then one builds on that.
    { agent: 0, parents: [2], patches: [[0, 1, '']] },
    { agent: 1, parents: [2], patches: [[0, 1, '']] },
    { agent: 0, parents: [3, 4], patches: [[3, 0, '']] },
  ],
}

describe('sending a plan', () => {
  beforeEach(() => {
    vi.useFakeTimers()
  })
  afterEach(() => {
    vi.useRealTimers()
  })

  it('sends every edit once, none before what it builds on has arrived', async () => {
    const plan = createTracePlan(trace)
    const network = createNetwork(plan)
    const outcome = await send(plan, network.links)

    expect(outcome).toMatchObject({ kind: 'sent', missing: [] })
    expect(network.sent).toEqual(plan.editsByAgent.map((edits) => edits.map(({ update }) => update)))
    expect(network.tooEarly).toEqual([])
    expect(network.links.map(({ document }) => readPageText(document))).toEqual(
      ['bab', 'bab'].map(() => plan.text),
    )
  })

  it('reports progress up to the last acknowledgement', async () => {
    const plan = createTracePlan(trace)
    const counts: number[] = []
    await send(plan, createNetwork(plan).links, (count) => counts.push(count))

    expect(counts.at(-1)).toBe(trace.transactions.length + 1)
  })

  it('names what everybody waits for when nothing moves', async () => {
    const plan = createTracePlan(trace)
    const outcome = send(plan, createNetwork(plan, { loseAckOf: 1 }).links)
    await vi.advanceTimersByTimeAsync(STALL_MS)

    expect(await outcome).toMatchObject({ kind: 'stalled' })
    expect(await outcome).toHaveProperty(
      'where',
      expect.stringContaining('agent 0: sent 5 of 5 edits, acknowledged 4'),
    )
  })

  it('names the edit that was acknowledged but never reached another author', async () => {
    const plan = createTracePlan({ ...trace, transactions: trace.transactions.slice(0, 1) })
    const outcome = send(plan, createNetwork(plan, { loseBroadcastOf: 1 }).links)
    await vi.advanceTimersByTimeAsync(STALL_MS)

    expect(await outcome).toMatchObject({
      kind: 'sent',
      missing: [{ receiver: 1, author: 0, transaction: 0 }],
    })
  })

  it('takes coming and going of the connection for no progress', async () => {
    const plan = createTracePlan(trace)
    const { links, notify } = createNetwork(plan, { loseAckOf: 1 })
    const outcome = send(plan, links)
    for (let step = 0; step < 4; step++) {
      await vi.advanceTimersByTimeAsync(STALL_MS / 4)
      notify(0, 'connection')
    }

    expect(await outcome).toMatchObject({ kind: 'stalled' })
  })

  it('ends with the reason when it is aborted', async () => {
    const plan = createTracePlan(trace)
    const reason = new Error('closed for good')
    const { links } = createNetwork(plan)

    await expect(
      sendPlan({ ...fixed, plan, links, signal: AbortSignal.abort(reason), onProgress: () => undefined }),
    ).rejects.toBe(reason)
  })
})

const fixed = { stallMs: STALL_MS, now: () => 0 }

function send(
  plan: TracePlan,
  links: readonly AuthorLink[],
  onProgress: (count: number) => void = () => undefined,
) {
  return sendPlan({ ...fixed, plan, links, onProgress, signal: new AbortController().signal })
}

interface Loss {
  /** Number of an update of the first author, from 0. */
  readonly loseAckOf?: number
  readonly loseBroadcastOf?: number
}

/** A server in memory: merges, passes on what was new, acknowledges. */
function createNetwork(plan: TracePlan, { loseAckOf, loseBroadcastOf }: Loss = {}) {
  const server = new Y.Doc()
  const sent: Uint8Array[][] = plan.editsByAgent.map(() => [])
  const tooEarly: number[] = []
  const notifiers: ((change: AuthorChange) => void)[][] = plan.editsByAgent.map(() => [])
  const acknowledged = plan.editsByAgent.map(() => 0)
  const documents = plan.editsByAgent.map(() => new Y.Doc())
  const notify = (agent: number, change: AuthorChange) => {
    for (const listener of notifiers[agent] ?? []) listener(change)
  }

  function onServer(agent: number, index: number, update: Uint8Array): void {
    const news: Uint8Array[] = []
    const listener = (bytes: Uint8Array) => news.push(bytes)
    server.on('update', listener)
    Y.applyUpdate(server, update)
    server.off('update', listener)
    documents.forEach((document, receiver) => {
      if (receiver === agent || (agent === 0 && index === loseBroadcastOf)) return
      for (const bytes of news) Y.applyUpdate(document, bytes)
      notify(receiver, 'update')
    })
    if (agent === 0 && index === loseAckOf) return
    acknowledged[agent] = (acknowledged[agent] ?? 0) + 1
    notify(agent, 'acknowledgement')
  }

  const links = documents.map(
    (document, agent): AuthorLink => ({
      document,
      isReady: true,
      disconnects: [],
      get acknowledgedCount() {
        return acknowledged[agent] ?? 0
      },
      onChange: (listener) => void notifiers[agent]?.push(listener),
      send(update) {
        const index = sent[agent]?.push(update) ?? 0
        const edit = plan.editsByAgent[agent]?.[index - 1]
        for (const prefix of edit?.waitFor ?? []) {
          const needed = plan.editsByAgent[prefix.agent]?.slice(0, prefix.count) ?? []
          const isKnown = ({ evidence }: PlannedEdit, number: number) =>
            // A deletion that others made too leaves no trace of its own: the server must have said that it is in.
            hasArrived(document, evidence) &&
            (evidence.clocks.length > 0 || number < (acknowledged[prefix.agent] ?? 0))
          if (!needed.every(isKnown)) tooEarly.push(edit?.transaction ?? -1)
        }
        Y.applyUpdate(document, update)
        queueMicrotask(() => onServer(agent, index - 1, update))
      },
    }),
  )
  return { links, sent, tooEarly, notify }
}
