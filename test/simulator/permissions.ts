import type { ClientIndex, Ms, PageIndex, RightsChange, RunRecord } from './record.ts'

/** A stretch of time in which a client may not do something with a page. */
export interface Ban {
  readonly client: ClientIndex
  readonly page: PageIndex
  /** From the moment that the API answered that it is so; −∞ for who never might. */
  readonly from: Ms
  /** To the moment that somebody asked to give it back; ∞ when nobody did. */
  readonly until: Ms
  /** The change that began it; null for who never might. */
  readonly change: RightsChange | null
}

/**
 * How long after the API's answer a lost permission may still show, ms. The promise is 250 ms at the 99th
 * percentile; what is judged here is every single time, on whatever machine, beside everything else.
 */
export const REVOCATION_DEADLINE_MS = 1_000

/**
 * When whom was forbidden to `write` or to `view` which page, by what the API answered. What was asked and not
 * answered counts as allowed, and a moment between asking and answer as well.
 */
export function findBans({ clients, rights }: RunRecord, what: 'write' | 'view'): Ban[] {
  const isBan = (to: RightsChange['to']) => (what === 'write' ? to !== 'editor' : to === 'none')
  return clients.flatMap(({ role, pages }, client) =>
    pages.flatMap((page) => {
      const bans: Ban[] = []
      let open: Omit<Ban, 'until'> | null = isBan(role)
        ? { client, page, from: Number.NEGATIVE_INFINITY, change: null }
        : null
      for (const change of rights) {
        if (change.client !== client || change.page !== page) continue
        if (isBan(change.to) && open !== null) continue
        if (open !== null) bans.push({ ...open, until: change.askedAt })
        open =
          isBan(change.to) && change.answeredAt !== null
            ? { client, page, from: change.answeredAt, change }
            : null
      }
      if (open !== null) bans.push({ ...open, until: Number.POSITIVE_INFINITY })
      return bans
    }),
  )
}

/**
 * From when on a ban must show: its deadline, what the simulator itself was late by meanwhile, and what an
 * acknowledgement took at that time: on a machine where everything is slow, that is no sign of this in particular.
 */
export function dueAt({ lags, edits }: RunRecord, { from }: Pick<Ban, 'from'>): Ms {
  let due = from + REVOCATION_DEADLINE_MS
  for (const { at, ms } of lags) if (at >= from && at - ms <= due) due += ms
  let slowest = 0
  for (const { sentAt, ackedAt } of edits) {
    if (sentAt === null || ackedAt === null || Math.abs(sentAt - from) > SLOWNESS_WINDOW_MS) continue
    slowest = Math.max(slowest, ackedAt - sentAt)
  }
  return due + Math.min(slowest, MAX_SLOWNESS_MS)
}

/** Acknowledgements of what was sent so shortly before or after are looked at, ms, and so much of them counts. */
const SLOWNESS_WINDOW_MS = 2_000
const MAX_SLOWNESS_MS = 2_500

/** Whether something disturbed the run between two moments, so that nothing can be said about how long it took. */
export function wasDisturbed({ faults }: RunRecord, from: Ms, until: Ms): boolean {
  return faults.some(({ beganAt, endedAt }) => beganAt <= until && (endedAt ?? until) + AFTERMATH_MS >= from)
}

/** Everybody is back so long after a fault, ms. */
const AFTERMATH_MS = 3_000
