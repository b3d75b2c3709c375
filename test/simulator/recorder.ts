import * as Y from 'yjs'
import { type EditEvidence, readEvidence } from './arrival.ts'
import { readInsertedMarks } from './marks.ts'
import type {
  CaretRecord,
  Checkpoint,
  ClientIndex,
  ClientRecord,
  ComeBackRecord,
  ConnectionRecord,
  DeliveryRecord,
  EditIndex,
  EditRecord,
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
  ShownState,
} from './record.ts'

type Mutable<T> = { -readonly [Key in keyof T]: T[Key] }

/** Writes down what happens while it happens. It is the only thing that changes a record. */
export interface Recorder {
  now(): Ms
  readonly pages: readonly PageRecord[]
  addPage(page: PageRecord): PageIndex
  addClient(client: Omit<ClientRecord, 'yjsClients'>): ClientIndex
  /** A client writes to a page under this Yjs client id from now on. */
  addYjsClient(client: ClientIndex, page: PageIndex, id: number): void
  /** A local change was made. */
  edited(edit: {
    readonly client: ClientIndex
    readonly page: PageIndex
    readonly behaviour: string
    readonly run: number | null
    readonly update: Uint8Array
  }): EditIndex
  /** Whether an edit brings nothing but deletions. */
  isDeletion(edit: EditIndex): boolean
  sent(edit: EditIndex): void
  /** The answer to an edit came: stored, or refused. Of two answers the first that says "stored" counts. */
  answered(edit: EditIndex, isStored: boolean): void
  /** Calls once, in the moment in which the next edit is acknowledged. */
  onNextAcknowledgement(call: () => void): void
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
export interface LiveCounts {
  readonly sent: number
  readonly acked: number
  readonly seen: number
  /** Clients that are in exchange with the server about a page at least. */
  readonly connected: number
  readonly faults: number
  /** Of the last acknowledgements, ms. */
  readonly recentLatenciesMs: readonly number[]
}

/** How many latencies the live view looks back. */
const RECENT = 200

/** `now` is monotonic, ms, and 0 when the preparation begins. */
export function createRecorder(now: () => Ms): Recorder {
  const pages: PageRecord[] = []
  const clients: (Omit<ClientRecord, 'yjsClients'> & { yjsClients: { page: PageIndex; id: number }[] })[] = []
  const edits: Mutable<EditRecord>[] = []
  const editCounts: number[] = []
  const arrivals: ReturnType<typeof createArrivals>[] = []
  const shownStates = new Map<string, ReturnType<typeof createShown>>()
  const connections: ConnectionRecord[] = []
  const faults: Mutable<FaultRecord>[] = []
  const checkpoints: Checkpoint[] = []
  const endings: PageEnding[] = []
  const seqReadings: SeqReading[] = []
  const rights: Mutable<RightsChange>[] = []
  const requests: Mutable<RequestRecord>[] = []
  const facts: FactRecord[] = []
  const restReadings: RestReading[] = []
  const resources: ResourceSample[] = []
  const carets = new Map<string, CaretRecord>()
  const presence: PresenceReading[] = []
  const deliveries: DeliveryRecord[] = []
  const lags: LagRecord[] = []
  const outages: OutageRecord[] = []
  const restarts: RestartRecord[] = []
  const comeBacks: ComeBackRecord[] = []
  /** The last change of each client's rights to each page. */
  const newestRights = new Map<string, Mutable<RightsChange>>()
  /** The pages that each client has open at this moment. */
  const open = new Map<ClientIndex, Set<PageIndex>>()
  const recentLatenciesMs: number[] = []
  const ackListeners: (() => void)[] = []
  const counts = { sent: 0, acked: 0, seen: 0 }

  function shownOf(client: ClientIndex, page: PageIndex): ReturnType<typeof createShown> {
    const key = `${client}/${page}`
    const existing = shownStates.get(key)
    if (existing !== undefined) return existing
    const created = createShown(client, page)
    shownStates.set(key, created)
    return created
  }

  const isWithdrawn = (client: ClientIndex, page: PageIndex) => {
    const newest = newestRights.get(`${client}/${page}`)
    return newest?.to === 'none' && newest.answeredAt !== null
  }

  /**
   * A client's connection, to one page or to all by Socket.IO, was ended or may only read. Whoever may only read
   * has lost no more than that yet.
   */
  function noteEffect(
    client: ClientIndex,
    page: PageIndex | null,
    transport: ConnectionRecord['transport'],
    mayRead: boolean,
  ): void {
    for (const change of rights) {
      if (change.client !== client || (page !== null && change.page !== page)) continue
      if (mayRead && change.to === 'none') continue
      if (transport === 'document') change.effectAt ??= now()
      else change.eventsEffectAt ??= now()
    }
  }

  return {
    now,
    pages,
    addPage(page) {
      arrivals.push(createArrivals())
      return pages.push(page) - 1
    },
    addClient(client) {
      editCounts.push(0)
      return clients.push({ ...client, yjsClients: [] }) - 1
    },
    addYjsClient(client, page, id) {
      clients[client]?.yjsClients.push({ page, id })
    },
    edited({ client, page, behaviour, run, update }) {
      const evidence = readEvidence(update)
      const number = editCounts[client] ?? 0
      editCounts[client] = number + 1
      const index =
        edits.push({
          ...{ client, page, number, behaviour, run, evidence },
          madeAt: now(),
          marks: readInsertedMarks(update),
          ...{ sentAt: null, ackedAt: null, refusedAt: null, seenAt: null, seenBy: 0 },
        }) - 1
      arrivals[page]?.expect(index, evidence)
      return index
    },
    isDeletion: (index) => edits[index]?.evidence.clocks.length === 0,
    sent(index) {
      const edit = edits[index]
      if (edit === undefined || edit.sentAt !== null) return
      edit.sentAt = now()
      counts.sent++
    },
    answered(index, isStored) {
      const edit = edits[index]
      if (edit === undefined || edit.ackedAt !== null) return
      if (!isStored) {
        edit.refusedAt ??= now()
        return
      }
      edit.ackedAt = now()
      counts.acked++
      for (const call of ackListeners.splice(0)) call()
      recentLatenciesMs.push(edit.ackedAt - (edit.sentAt ?? edit.madeAt))
      if (recentLatenciesMs.length > RECENT) recentLatenciesMs.shift()
    },
    onNextAcknowledgement: (call) => void ackListeners.push(call),
    shown(client, page, { beforeState, afterState, deleteSet }) {
      const at = now()
      const state = shownOf(client, page)
      if (isWithdrawn(client, page))
        deliveries.push({ client, page, at, what: 'content', over: 'old connection' })
      const note = (index: EditIndex) => {
        const edit = edits[index]
        if (edit === undefined || edit.client === client) return
        if (edit.seenAt === null) counts.seen++
        edit.seenAt ??= at
        edit.seenBy++
      }
      for (const [id, end] of afterState) {
        const start = beforeState.get(id) ?? 0
        if (end <= start) continue
        state.clock(id, end)
        arrivals[page]?.arrived(id, start, end, note)
      }
      for (const [id, ranges] of deleteSet.clients) {
        for (const { clock, len } of ranges) arrivals[page]?.deleted(id, clock, clock + len, note)
      }
    },
    shownDeletions(client, page, update) {
      const state = shownOf(client, page)
      for (const deletion of readEvidence(update).deletions) {
        const { client: id, clock, length } = deletion
        state.deletion(id, clock, length)
      }
    },
    connection(change) {
      connections.push({ ...change, at: now() })
      if (change.state !== 'open' && !change.ours) {
        const transport = change.transport === 'events' ? 'events' : 'document'
        noteEffect(change.client, change.page, transport, change.state === 'open-readonly')
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
    checkpoint(checkpoint) {
      const shown = [...shownStates.values()].filter(({ page }) => page === checkpoint.page)
      checkpoints.push({ ...checkpoint, shown: shown.map((state) => state.read()) })
    },
    ending: (ending) => void endings.push(ending),
    seqReading: (reading) => void seqReadings.push(reading),
    rights(change) {
      const kept: Mutable<RightsChange> = {
        ...{ ...change, askedAt: now(), answeredAt: null, effectAt: null, eventsEffectAt: null },
      }
      rights.push(kept)
      newestRights.set(`${change.client}/${change.page}`, kept)
      return {
        answered() {
          kept.answeredAt = now()
        },
      }
    },
    caret(caret) {
      const { page, yjsClient, userId, userName, forgedBy } = caret
      const key = JSON.stringify([page, yjsClient, userId, userName, forgedBy])
      if (!carets.has(key)) carets.set(key, { ...caret, at: now() })
    },
    presence: (reading) => void presence.push({ ...reading, at: now() }),
    intrusion(client, page, what) {
      if (isWithdrawn(client, page))
        deliveries.push({ client, page, at: now(), what, over: 'new connection' })
    },
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
      if (fact.name === 'access_revoked') noteEffect(fact.client, pageOfFact(fact.payload), 'events', false)
    },
    restReading: (reading) => void restReadings.push({ ...reading, at: now() }),
    resources: (sample) => void resources.push({ ...sample, at: now() }),
    get counts() {
      return {
        ...counts,
        connected: [...open.values()].filter(({ size }) => size > 0).length,
        faults: faults.length,
        recentLatenciesMs,
      }
    },
    finish: (run) => ({
      ...run,
      ...{ pages, clients, edits, connections, faults, checkpoints, endings, seqReadings, rights, requests },
      ...{ facts, restReadings, resources, carets: [...carets.values()], presence, deliveries, lags },
      ...{ outages, restarts, comeBacks },
    }),
  }

  /** Null for all pages. */
  function pageOfFact(payload: unknown): PageIndex | null {
    const { pageId } = payload as { pageId?: string | null }
    const page = pages.findIndex(({ id }) => id === pageId)
    return page < 0 ? null : page
  }
}

/** Finds the edits that a received range belongs to. One a page. */
function createArrivals() {
  const inserts = new Map<number, { readonly end: number; readonly edit: EditIndex }[]>()
  const deletions = new Map<number, { readonly clock: number; readonly edit: EditIndex }[]>()
  return {
    expect(edit: EditIndex, { clocks, deletions: deleted }: EditEvidence) {
      for (const { client, end } of clocks) append(inserts, client, { end, edit })
      // An edit that also inserts is recognised by that; of one that only deletes, the first range will do.
      const first = deleted[0]
      if (clocks.length === 0 && first !== undefined)
        append(deletions, first.client, { clock: first.clock, edit })
    },
    arrived(client: number, start: number, end: number, note: (edit: EditIndex) => void) {
      const known = inserts.get(client) ?? []
      for (let index = findFirst(known, start); index < known.length; index++) {
        const entry = known[index]
        if (entry === undefined || entry.end > end) break
        note(entry.edit)
      }
    },
    deleted(client: number, start: number, end: number, note: (edit: EditIndex) => void) {
      for (const { clock, edit } of deletions.get(client) ?? []) if (clock >= start && clock < end) note(edit)
    },
  }
}

function append<Value>(map: Map<number, Value[]>, key: number, value: Value): void {
  const list = map.get(key)
  if (list === undefined) map.set(key, [value])
  else list.push(value)
}

/** The first entry whose `end` lies behind `start`; the ends only grow. */
function findFirst(known: readonly { readonly end: number }[], start: number): number {
  let low = 0
  let high = known.length
  while (low < high) {
    const middle = (low + high) >>> 1
    if ((known[middle]?.end ?? 0) > start) high = middle
    else low = middle + 1
  }
  return low
}

/** Deletions are merged when so many have come since the last time. */
const MERGE_AFTER = 1_000

function createShown(client: ClientIndex, page: PageIndex) {
  const clocks = new Map<number, number>()
  const deletions = Y.createDeleteSet()
  let unmerged = 0
  const merge = () => {
    const merged = Y.mergeDeleteSets([deletions])
    deletions.clients.clear()
    for (const [id, ranges] of merged.clients) deletions.clients.set(id, ranges)
    unmerged = 0
  }
  return {
    page,
    clock(id: number, end: number) {
      if (end > (clocks.get(id) ?? 0)) clocks.set(id, end)
    },
    deletion(id: number, clock: number, length: number) {
      append(deletions.clients, id, { clock, len: length })
      if (++unmerged >= MERGE_AFTER) merge()
    },
    read(): ShownState {
      merge()
      return {
        client,
        clocks: [...clocks].map(([id, end]) => ({ client: id, end })),
        deletions: [...deletions.clients].flatMap(([id, ranges]) =>
          ranges.map(({ clock, len }) => ({ client: id, clock, length: len })),
        ),
      }
    },
  }
}
