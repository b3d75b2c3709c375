import type { Db, Tx } from './connect.ts'

/** What a business operation did: its result, and the events to publish once that is committed. */
export interface Outcome<Result, Event> {
  readonly result: Result
  readonly events: readonly Event[]
}

/** Runs a business operation in one transaction. */
export type Transact<Event> = <Result>(work: (tx: Tx) => Promise<Outcome<Result, Event>>) => Promise<Result>

/**
 * Builds the only way to publish an event: return it from a transaction. The events go out after the
 * commit and in the order they were returned; if the transaction fails, none does.
 */
export function createTransact<Event>(db: Db, publish: (events: readonly Event[]) => void): Transact<Event> {
  return async (work) => {
    const outcome = await db.transaction(work)
    publish(outcome.events)
    return outcome.result
  }
}
