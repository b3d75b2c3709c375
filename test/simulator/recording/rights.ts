import type { ClientIndex, DeliveryRecord, Ms, PageIndex, RightsChange } from '../record.ts'
import type { Mutable } from './mutable.ts'

/** The changes of rights of a run, when each took effect, and what came all the same to those who had lost a page. */
export interface Rights {
  readonly changes: readonly RightsChange[]
  readonly deliveries: readonly DeliveryRecord[]
  /** A change is being asked for. */
  asked(change: Pick<RightsChange, 'client' | 'page' | 'way' | 'to'>): { answered(): void }
  /**
   * A client's connection, to one page or to all by Socket.IO, was ended or may only read. Whoever may only read
   * has lost no more than that yet.
   */
  tookEffect(
    client: ClientIndex,
    page: PageIndex | null,
    transport: 'document' | 'events',
    mayRead: boolean,
  ): void
  /** Something of a page came to a client: it is written down if the client had lost the page. */
  delivered(
    client: ClientIndex,
    page: PageIndex,
    what: DeliveryRecord['what'],
    over: DeliveryRecord['over'],
  ): void
}

/** `now` is the recorder's. */
export function createRights(now: () => Ms): Rights {
  const changes: Mutable<RightsChange>[] = []
  const deliveries: DeliveryRecord[] = []
  /** The last change of each client's rights to each page. */
  const newest = new Map<string, Mutable<RightsChange>>()

  return {
    changes,
    deliveries,
    asked(change) {
      const kept: Mutable<RightsChange> = {
        ...{ ...change, askedAt: now(), answeredAt: null, effectAt: null, eventsEffectAt: null },
      }
      changes.push(kept)
      newest.set(`${change.client}/${change.page}`, kept)
      return {
        answered() {
          kept.answeredAt = now()
        },
      }
    },
    tookEffect(client, page, transport, mayRead) {
      for (const change of changes) {
        if (change.client !== client || (page !== null && change.page !== page)) continue
        if (mayRead && change.to === 'none') continue
        if (transport === 'document') change.effectAt ??= now()
        else change.eventsEffectAt ??= now()
      }
    },
    delivered(client, page, what, over) {
      const last = newest.get(`${client}/${page}`)
      if (last?.to === 'none' && last.answeredAt !== null)
        deliveries.push({ client, page, at: now(), what, over })
    },
  }
}
