import { randomUUID } from 'node:crypto'
import { asc, eq, type SQL, sql } from 'drizzle-orm'
import type { Stream, StreamFailure } from '../../shared/api/streams.ts'
import type { Db, Tx } from '../database/connect.ts'
import { streamPieces, streams, users } from '../database/schema.ts'
import type { FactEvent } from './events.ts'
import { toPerson } from './people.ts'
import type { StreamChange, StreamState } from './stream-state.ts'

export type StreamRow = typeof streams.$inferSelect

/** Streams with their text so far, the oldest first; each as it stood at one moment. */
export async function readStreams(db: Db | Tx, where: SQL): Promise<Stream[]> {
  const rows = await db
    .select({
      stream: streams,
      author: { id: users.id, kind: users.kind, name: users.name },
      text: sql<string>`coalesce((SELECT string_agg(${streamPieces.text}, '' ORDER BY ${streamPieces.start})
        FROM ${streamPieces} WHERE ${streamPieces.streamId} = ${streams.id}), '')`,
    })
    .from(streams)
    .innerJoin(users, eq(users.id, streams.userId))
    .where(where)
    .orderBy(asc(streams.startedAt), asc(streams.id))
  return rows.map(({ stream, author, text }) => ({
    id: stream.id,
    pageId: stream.pageId,
    author: toPerson(author),
    title: stream.title,
    status: stream.status,
    revision: stream.revision,
    text,
    length: stream.length,
    nextIndex: stream.nextIndex,
    tools: stream.tools,
    failure: stream.failure,
    messageId: stream.messageId,
    startedAt: stream.startedAt.toISOString(),
    endedAt: stream.endedAt?.toISOString() ?? null,
  }))
}

/** Stores how a stream stands now, with the text that has come; its row is locked. */
export async function storeState(
  tx: Tx,
  streamId: string,
  state: StreamState,
  changes: readonly StreamChange[] = [],
): Promise<void> {
  const pieces = changes.flatMap((change) =>
    change.kind === 'text' ? [{ streamId, start: change.offset, text: change.text }] : [],
  )
  if (pieces.length > 0) await tx.insert(streamPieces).values(pieces)
  const { status, revision, length, nextIndex, tools, failure } = state
  await tx
    .update(streams)
    .set({
      ...{ status, revision, length, nextIndex, tools, failure },
      touchedAt: sql`now()`,
      ...(status !== 'open' && { endedAt: sql`now()` }),
    })
    .where(eq(streams.id, streamId))
}

/** What everybody on the page is told of a stream that began. */
export function toStartedFact(row: StreamRow, author: Stream['author']): FactEvent {
  const { title, startedAt } = row
  return {
    kind: 'fact',
    name: 'stream_started',
    payload: { ...toBase(row, row.revision), author, title, startedAt: startedAt.toISOString() },
    audience: { pageId: row.pageId },
  }
}

/** What they are told of a change. */
export function toChangeFact(
  row: Pick<StreamRow, 'id' | 'pageId' | 'userId'>,
  change: StreamChange,
  { length, failure }: Pick<StreamState, 'length' | 'failure'>,
  messageId: string | null = null,
): FactEvent {
  const base = toBase(row, change.revision)
  const audience = { pageId: row.pageId }
  switch (change.kind) {
    case 'text': {
      const { offset, text } = change
      return { kind: 'fact', name: 'stream_chunk', payload: { ...base, offset, text }, audience }
    }
    case 'tool': {
      const { tool, isNew } = change
      const isDone = tool.status === 'completed'
      const name = isDone ? 'tool_completed' : isNew ? 'tool_started' : 'tool_progressed'
      return { kind: 'fact', name, payload: { ...base, tool }, audience }
    }
    case 'ended':
      return failure === null
        ? { kind: 'fact', name: 'stream_completed', payload: { ...base, length, messageId }, audience }
        : toFailedFact(row, change.revision, length, failure)
  }
}

/** What they, and the author, are told of a stream that ended early. */
export function toFailedFact(
  row: Pick<StreamRow, 'id' | 'pageId' | 'userId'>,
  revision: number,
  length: number,
  failure: StreamFailure,
): FactEvent {
  return {
    kind: 'fact',
    name: 'stream_failed',
    payload: { ...toBase(row, revision), length, failure },
    audience: { pageId: row.pageId, userId: row.userId },
  }
}

function toBase({ id, pageId }: Pick<StreamRow, 'id' | 'pageId'>, revision: number) {
  return { eventId: randomUUID(), pageId, streamId: id, revision }
}
