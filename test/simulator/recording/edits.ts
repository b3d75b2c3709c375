import type * as Y from 'yjs'
import { readEvidence } from '../arrival.ts'
import { readInsertedMarks } from '../marks.ts'
import type { ClientIndex, EditIndex, EditRecord, Ms, PageIndex } from '../record.ts'
import { type Arrivals, createArrivals } from './arrivals.ts'
import type { Mutable } from './mutable.ts'

/** Writes down what becomes of edits. */
export interface EditRecorder {
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
}

/** What can be said of edits while a run lasts. */
export interface EditCounts {
  readonly sent: number
  readonly acked: number
  readonly seen: number
  /** Of the last acknowledgements, ms. */
  readonly recentLatenciesMs: readonly number[]
}

/** All edits of a run, each from being made to being seen. */
export interface Edits extends EditRecorder {
  readonly records: readonly EditRecord[]
  readonly counts: EditCounts
  /** There is one page more, at the next index. */
  addPage(): void
  /** The server has shown a client these ranges of clocks, and these deletions. */
  seen(
    client: ClientIndex,
    page: PageIndex,
    ranges: readonly ClockRange[],
    deleteSet: Y.Transaction['deleteSet'],
  ): void
}

/** What a Yjs client wrote, from one clock up to another. */
export interface ClockRange {
  readonly id: number
  readonly start: number
  readonly end: number
}

/** How many latencies the live view looks back. */
const RECENT = 200

/** `now` is the recorder's. */
export function createEdits(now: () => Ms): Edits {
  const records: Mutable<EditRecord>[] = []
  /** How many each client has made. */
  const madeBy: number[] = []
  const arrivals: Arrivals[] = []
  const recentLatenciesMs: number[] = []
  const ackListeners: (() => void)[] = []
  const counts = { sent: 0, acked: 0, seen: 0 }

  return {
    records,
    get counts() {
      return { ...counts, recentLatenciesMs }
    },
    addPage: () => void arrivals.push(createArrivals()),
    edited({ client, page, behaviour, run, update }) {
      const evidence = readEvidence(update)
      const number = madeBy[client] ?? 0
      madeBy[client] = number + 1
      const index =
        records.push({
          ...{ client, page, number, behaviour, run, evidence },
          madeAt: now(),
          marks: readInsertedMarks(update),
          ...{ sentAt: null, ackedAt: null, refusedAt: null, seenAt: null, seenBy: 0 },
        }) - 1
      arrivals[page]?.expect(index, evidence)
      return index
    },
    isDeletion: (index) => records[index]?.evidence.clocks.length === 0,
    sent(index) {
      const edit = records[index]
      if (edit === undefined || edit.sentAt !== null) return
      edit.sentAt = now()
      counts.sent++
    },
    answered(index, isStored) {
      const edit = records[index]
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
    seen(client, page, ranges, deleteSet) {
      const at = now()
      const note = (index: EditIndex) => {
        const edit = records[index]
        if (edit === undefined || edit.client === client) return
        if (edit.seenAt === null) counts.seen++
        edit.seenAt ??= at
        edit.seenBy++
      }
      for (const { id, start, end } of ranges) arrivals[page]?.arrived(id, start, end, note)
      for (const [id, deleted] of deleteSet.clients) {
        for (const { clock, len } of deleted) arrivals[page]?.deleted(id, clock, clock + len, note)
      }
    },
  }
}
