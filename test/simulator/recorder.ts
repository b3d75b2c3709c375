import type * as Y from 'yjs'
import type {
  CaretRecord,
  Checkpoint,
  ClientIndex,
  ClientRecord,
  ComeBackRecord,
  ConnectionRecord,
  DeliveryRecord,
  FactRecord,
  FaultRecord,
  LagRecord,
  Ms,
  OutageRecord,
  PageEnding,
  PageIndex,
  PageRecord,
  PresenceReading,
  RequestRecord,
  ResourceSample,
  RestartRecord,
  RestReading,
  RightsChange,
  RunRecord,
  SeqReading,
} from './record.ts'
import { type ClockRange, createEdits, type EditCounts, type EditRecorder } from './recording/edits.ts'
import type { Mutable } from './recording/mutable.ts'
import { createRights } from './recording/rights.ts'
import { createShownStates } from './recording/shown-states.ts'

/** Writes down what happens while it happens. It is the only thing that changes a record. */
export interface Recorder extends EditRecorder {
  now(): Ms
  readonly pages: readonly PageRecord[]
  addPage(page: PageRecord): PageIndex
  addClient(client: Omit<ClientRecord, 'yjsClients'>): ClientIndex
  /** A client writes to a page under this Yjs client id from now on. */
  addYjsClient(client: ClientIndex, page: PageIndex, id: number): void
  /** The server has shown a client something: a Yjs transaction that came from the server. */
  shown(client: ClientIndex, page: PageIndex, transaction: Y.Transaction): void
  /**
   * What an update from the server deletes. The transaction that it leads to also deletes things that the server
   * said nothing of, such as what was typed here into a paragraph that is gone.
   */
  shownDeletions(client: ClientIndex, page: PageIndex, update: Uint8Array): void
  connection(change: Omit<ConnectionRecord, 'at'>): void
  fault(kind: string, title: string): { end(): void }
  checkpoint(checkpoint: Omit<Checkpoint, 'shown'>): void
  ending(ending: PageEnding): void
  seqReading(reading: SeqReading): void
  /** A change of rights is being asked for; when it takes effect is noted by itself. */
  rights(change: Pick<RightsChange, 'client' | 'page' | 'way' | 'to'>): { answered(): void }
  /** A caret of somebody else was shown. */
  caret(caret: Omit<CaretRecord, 'at'>): void
  presence(reading: Omit<PresenceReading, 'at'>): void
  /** Something came to a client that had lost the page, over a connection that it made afterwards. */
  intrusion(client: ClientIndex, page: PageIndex, what: DeliveryRecord['what']): void
  /** The simulator itself was late by so many ms. */
  lag(ms: Ms): void
  outage(outage: OutageRecord): void
  restart(restart: RestartRecord): void
  /** The server has just asked a client to come back later. */
  comeBack(asked: Omit<ComeBackRecord, 'toldAt'>): void
  request(request: Omit<RequestRecord, 'askedAt' | 'answeredAt' | 'answer'>): {
    answer(answer: unknown): void
  }
  fact(fact: Omit<FactRecord, 'at'>): void
  restReading(reading: Omit<RestReading, 'at'>): void
  resources(sample: Omit<ResourceSample, 'at'>): void
  readonly counts: LiveCounts
  finish(
    run: Pick<
      RunRecord,
      'seed' | 'scenario' | 'target' | 'isPrivate' | 'startedAt' | 'activeFrom' | 'activeMs' | 'serverOutput'
    >,
  ): RunRecord
}

/** What can be said while a run lasts. */
export interface LiveCounts extends EditCounts {
  /** Clients that are in exchange with the server about a page at least. */
  readonly connected: number
  readonly faults: number
}

/** `now` is monotonic, ms, and 0 when the preparation begins. */
export function createRecorder(now: () => Ms): Recorder {
  const pages: PageRecord[] = []
  const clients: (Omit<ClientRecord, 'yjsClients'> & { yjsClients: { page: PageIndex; id: number }[] })[] = []
  const edits = createEdits(now)
  const rights = createRights(now)
  const shownStates = createShownStates()
  const connections: ConnectionRecord[] = []
  const faults: Mutable<FaultRecord>[] = []
  const checkpoints: Checkpoint[] = []
  const endings: PageEnding[] = []
  const seqReadings: SeqReading[] = []
  const requests: Mutable<RequestRecord>[] = []
  const facts: FactRecord[] = []
  const restReadings: RestReading[] = []
  const resources: ResourceSample[] = []
  const carets = new Map<string, CaretRecord>()
  const presence: PresenceReading[] = []
  const lags: LagRecord[] = []
  const outages: OutageRecord[] = []
  const restarts: RestartRecord[] = []
  const comeBacks: ComeBackRecord[] = []
  /** The pages that each client has open at this moment. */
  const open = new Map<ClientIndex, Set<PageIndex>>()
  const { edited, isDeletion, sent, answered, onNextAcknowledgement } = edits

  return {
    now,
    pages,
    ...{ edited, isDeletion, sent, answered, onNextAcknowledgement },
    addPage(page) {
      edits.addPage()
      return pages.push(page) - 1
    },
    addClient: (client) => clients.push({ ...client, yjsClients: [] }) - 1,
    addYjsClient(client, page, id) {
      clients[client]?.yjsClients.push({ page, id })
    },
    shown(client, page, transaction) {
      rights.delivered(client, page, 'content', 'old connection')
      const ranges = readNewRanges(transaction)
      shownStates.wrote(client, page, ranges)
      edits.seen(client, page, ranges, transaction.deleteSet)
    },
    shownDeletions: shownStates.deleted,
    connection(change) {
      connections.push({ ...change, at: now() })
      if (change.state !== 'open' && !change.ours) {
        const transport = change.transport === 'events' ? 'events' : 'document'
        rights.tookEffect(change.client, change.page, transport, change.state === 'open-readonly')
      }
      if (change.page === null) return
      const pagesOpen = open.get(change.client) ?? new Set()
      open.set(change.client, pagesOpen)
      if (change.state === 'open' || change.state === 'open-readonly') pagesOpen.add(change.page)
      else pagesOpen.delete(change.page)
    },
    fault(kind, title) {
      const fault: Mutable<FaultRecord> = { kind, title, beganAt: now(), endedAt: null }
      faults.push(fault)
      return {
        end() {
          fault.endedAt = now()
        },
      }
    },
    checkpoint: (checkpoint) =>
      void checkpoints.push({ ...checkpoint, shown: shownStates.read(checkpoint.page) }),
    ending: (ending) => void endings.push(ending),
    seqReading: (reading) => void seqReadings.push(reading),
    rights: rights.asked,
    caret(caret) {
      const { page, yjsClient, userId, userName, forgedBy } = caret
      const key = JSON.stringify([page, yjsClient, userId, userName, forgedBy])
      if (!carets.has(key)) carets.set(key, { ...caret, at: now() })
    },
    presence: (reading) => void presence.push({ ...reading, at: now() }),
    intrusion: (client, page, what) => rights.delivered(client, page, what, 'new connection'),
    lag: (ms) => void lags.push({ at: now(), ms }),
    outage: (outage) => void outages.push(outage),
    restart: (restart) => void restarts.push(restart),
    comeBack: (asked) => void comeBacks.push({ ...asked, toldAt: now() }),
    request(request) {
      const kept: Mutable<RequestRecord> = { ...request, askedAt: now(), answeredAt: null, answer: null }
      requests.push(kept)
      return {
        answer(answer) {
          kept.answeredAt = now()
          kept.answer = answer
        },
      }
    },
    fact(fact) {
      facts.push({ ...fact, at: now() })
      if (fact.name === 'access_revoked')
        rights.tookEffect(fact.client, pageOfFact(fact.payload), 'events', false)
    },
    restReading: (reading) => void restReadings.push({ ...reading, at: now() }),
    resources: (sample) => void resources.push({ ...sample, at: now() }),
    get counts() {
      return {
        ...edits.counts,
        connected: [...open.values()].filter(({ size }) => size > 0).length,
        faults: faults.length,
      }
    },
    finish: (run) => ({
      ...run,
      ...{ pages, clients, edits: edits.records, connections, faults, checkpoints, endings, seqReadings },
      ...{ rights: rights.changes, requests, facts, restReadings, resources, carets: [...carets.values()] },
      ...{ presence, deliveries: rights.deliveries, lags, outages, restarts, comeBacks },
    }),
  }

  /** Null for all pages. */
  function pageOfFact(payload: unknown): PageIndex | null {
    const { pageId } = payload as { pageId?: string | null }
    const page = pages.findIndex(({ id }) => id === pageId)
    return page < 0 ? null : page
  }
}

/** What was written in a transaction. */
function readNewRanges({ beforeState, afterState }: Y.Transaction): ClockRange[] {
  const ranges: ClockRange[] = []
  for (const [id, end] of afterState) {
    const start = beforeState.get(id) ?? 0
    if (end > start) ranges.push({ id, start, end })
  }
  return ranges
}
