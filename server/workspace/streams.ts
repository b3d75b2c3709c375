import { and, count, eq, inArray, lt, type SQL, sql } from 'drizzle-orm'
import type { Stream, StreamProgress } from '../../shared/api/streams.ts'
import type { Identity } from '../auth/identity.ts'
import type { Db, Tx } from '../database/connect.ts'
import { pages, streamPieces, streams, users } from '../database/schema.ts'
import type { Transact } from '../database/transaction.ts'
import { requirePageRole } from './authorize.ts'
import type { FactEvent, WorkspaceEvent } from './events.ts'
import { idTaken, notFound, Refusal } from './failures.ts'
import { createLanes } from './stream-lanes.ts'
import {
  readStreams,
  type StreamRow,
  storeState,
  toChangeFact,
  toFailedFact,
  toStartedFact,
} from './stream-rows.ts'
import { endEarly, type StreamStep, takeSteps, toEndedRefusal, toProgress } from './stream-state.ts'

/** How many streams may be open on one page. */
export const MAX_OPEN_ON_PAGE = 10
/** How many streams one account may have open. */
export const MAX_OPEN_OF_ACCOUNT = 10
/** How long an ended stream can still be read, ms; as a message it stays. */
const KEPT_MS = 24 * 60 * 60 * 1000
/** How many streams are ended or forgotten at once. */
const MAX_SWEPT = 200

/** Answers that programs write while people read along. */
export interface StreamOperations {
  /** Those that are being written on a page. */
  listOpen(identity: Identity, pageId: string): Promise<Stream[]>
  read(identity: Identity, streamId: string): Promise<Stream>
  /** Idempotent by id: the author sending the same id to the same page again answers the stream that is there. */
  start(identity: Identity, pageId: string, body: { id: string; title: string }): Promise<Stream>
  /** Takes the author's next step; answers after the commit, with what else came in the same moment. */
  step(identity: Identity, streamId: string, step: StreamStep): Promise<StreamProgress>
  /** Stops somebody's stream. Idempotent. */
  cancel(identity: Identity, streamId: string): Promise<StreamProgress>
  /** Fails the open streams whose authors have not been heard of for so long, ms; answers how many. */
  failSilent(silenceMs: number): Promise<number>
  /** Forgets streams that ended long ago; answers how many. */
  forgetEnded(): Promise<number>
}

/** Writes a completed stream down as a message, in the transaction that completes it. */
export type KeepAnswer = (
  tx: Tx,
  answer: { readonly pageId: string; readonly userId: string; readonly text: string },
) => Promise<{ readonly messageId: string; readonly events: readonly WorkspaceEvent[] }>

export function createStreamOperations(deps: {
  readonly db: Db
  readonly transact: Transact<WorkspaceEvent>
  readonly keepAnswer: KeepAnswer
}): StreamOperations {
  const { db, transact, keepAnswer } = deps
  const lanes = createLanes<{ identity: Identity; step: StreamStep }, StreamProgress>((key, waiting) => {
    const { identity } = waiting[0] as (typeof waiting)[number]
    const streamId = key.slice(0, key.indexOf('/'))
    return take(
      identity,
      streamId,
      waiting.map(({ step }) => step),
    )
  })

  function take(
    identity: Identity,
    streamId: string,
    steps: readonly StreamStep[],
  ): Promise<readonly (StreamProgress | Refusal)[]> {
    return transact(async (tx) => {
      const row = await lockStream(tx, streamId)
      await requireViewable(tx, identity, row.pageId)
      await requirePageRole(tx, identity, row.pageId, 'commenter')
      if (row.userId !== identity.userId)
        throw new Refusal('forbidden', 'Only its author writes a stream. Editors of the page can cancel it.')
      const { state, changes, answers } = takeSteps(row, steps)
      const isCompleted = row.status === 'open' && state.status === 'completed'
      await storeState(tx, row.id, state, changes)
      const kept = isCompleted ? await keep(tx, row, keepAnswer) : null
      const messageId = kept?.messageId ?? null
      const facts = changes.map((change) => toChangeFact(row, change, state, messageId))
      // The message comes before the end of its stream: readers never have neither.
      return { result: answers, events: [...facts.slice(0, -1), ...(kept?.events ?? []), ...facts.slice(-1)] }
    })
  }

  return {
    async listOpen(identity, pageId) {
      await requirePageRole(db, identity, pageId, 'viewer')
      return readStreams(db, and(eq(streams.pageId, pageId), eq(streams.status, 'open')) as SQL)
    },

    async read(identity, streamId) {
      const [stream] = await readStreams(db, eq(streams.id, streamId))
      if (stream === undefined) throw notFound('stream')
      await requireViewable(db, identity, stream.pageId)
      return stream
    },

    start: (identity, pageId, { id, title }) =>
      transact(async (tx) => {
        await requirePageRole(tx, identity, pageId, 'commenter')
        if (identity.kind !== 'service')
          throw new Refusal('forbidden', 'Only service accounts stream. People write messages.')
        // In this order always: what is counted below stays so until the commit.
        await tx.select().from(users).where(eq(users.id, identity.userId)).for('no key update')
        await tx.select().from(pages).where(eq(pages.id, pageId)).for('no key update')
        const [existing] = await readStreams(tx, eq(streams.id, id))
        if (existing !== undefined) {
          if (existing.pageId !== pageId || existing.author.userId !== identity.userId) throw idTaken()
          return { result: existing, events: [] }
        }
        await requireRoom(tx, eq(streams.pageId, pageId), MAX_OPEN_ON_PAGE, 'A page')
        await requireRoom(tx, eq(streams.userId, identity.userId), MAX_OPEN_OF_ACCOUNT, 'An account')
        const [row] = await tx
          .insert(streams)
          .values({ id, pageId, userId: identity.userId, title })
          .onConflictDoNothing()
          .returning()
        if (row === undefined) throw idTaken()
        const [result] = await readStreams(tx, eq(streams.id, id))
        if (result === undefined) throw new Error('a stream that has just been started is not there')
        return { result, events: [toStartedFact(row, result.author)] }
      }),

    // By account as well: what somebody sends to another's stream does not stand in its author's way.
    step: (identity, streamId, step) => lanes.run(`${streamId}/${identity.sessionId}`, { identity, step }),

    cancel: (identity, streamId) =>
      transact(async (tx) => {
        const row = await lockStream(tx, streamId)
        await requireViewable(tx, identity, row.pageId)
        await requirePageRole(tx, identity, row.pageId, 'editor')
        if (row.status === 'cancelled') return { result: toProgress(row), events: [] }
        if (row.status !== 'open') throw toEndedRefusal(row)
        const failure = { reason: 'cancelled', message: `${identity.name} stopped it.` } as const
        const state = endEarly(row, failure)
        await storeState(tx, row.id, state)
        return {
          result: toProgress(state),
          events: [toFailedFact(row, state.revision, state.length, failure)],
        }
      }),

    failSilent: (silenceMs) =>
      transact(async (tx) => {
        const silent = await tx
          .select()
          .from(streams)
          .where(
            and(
              eq(streams.status, 'open'),
              lt(streams.touchedAt, sql`now() - make_interval(secs => ${silenceMs / 1000})`),
            ),
          )
          .limit(MAX_SWEPT)
          .for('update', { skipLocked: true })
        const events: FactEvent[] = []
        for (const row of silent) {
          const failure = {
            reason: 'author-vanished',
            message: 'Its author was not heard of any more.',
          } as const
          const state = endEarly(row, failure)
          await storeState(tx, row.id, state)
          events.push(toFailedFact(row, state.revision, state.length, failure))
        }
        return { result: silent.length, events }
      }),

    async forgetEnded() {
      const ended = db
        .select({ id: streams.id })
        .from(streams)
        .where(lt(streams.endedAt, sql`now() - make_interval(secs => ${KEPT_MS / 1000})`))
        .limit(MAX_SWEPT)
      return (await db.delete(streams).where(inArray(streams.id, ended)).returning({ id: streams.id })).length
    },
  }
}

/** Makes other changes to a stream wait for this one. */
async function lockStream(tx: Tx, streamId: string): Promise<StreamRow> {
  const [row] = await tx.select().from(streams).where(eq(streams.id, streamId)).for('update')
  if (row === undefined) throw notFound('stream')
  return row
}

/** A stream on a page that is not theirs to see is one that does not exist. */
async function requireViewable(db: Db | Tx, identity: Identity, pageId: string): Promise<void> {
  try {
    await requirePageRole(db, identity, pageId, 'viewer')
  } catch (error) {
    throw error instanceof Refusal && error.code === 'not-found' ? notFound('stream') : error
  }
}

async function requireRoom(tx: Tx, whose: SQL, limit: number, what: string): Promise<void> {
  const [row] = await tx
    .select({ open: count() })
    .from(streams)
    .where(and(whose, eq(streams.status, 'open')))
  if ((row?.open ?? 0) >= limit)
    throw new Refusal('limit-reached', `${what} can have ${limit} open streams. Complete or fail one first.`)
}

/** Keeps what a stream says as a message; null where it says nothing. */
async function keep(tx: Tx, { id, pageId, userId }: StreamRow, keepAnswer: KeepAnswer) {
  const pieces = await tx
    .select({ text: streamPieces.text })
    .from(streamPieces)
    .where(eq(streamPieces.streamId, id))
    .orderBy(streamPieces.start)
  const text = pieces
    .map((piece) => piece.text)
    .join('')
    .trim()
  if (text === '') return null
  const kept = await keepAnswer(tx, { pageId, userId, text })
  await tx.update(streams).set({ messageId: kept.messageId }).where(eq(streams.id, id))
  return kept
}
