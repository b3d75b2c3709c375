import type { FastifyReply } from 'fastify'
import { toEntityTag } from './entity-tag.ts'
import { sendProblem, toProblem } from './problems.ts'

/** What became of an edit made over HTTP. */
export type Edited =
  | { readonly kind: 'written'; readonly seq: number; readonly merged: boolean }
  | { readonly kind: 'unchanged'; readonly seq: number }
  | { readonly kind: 'outdated'; readonly seq: number }

/** Answers where the page stands now; with an ETag only if the page says exactly what the author knows. */
export function sendEdited(reply: FastifyReply, edited: Edited): FastifyReply {
  const merged = edited.kind === 'written' && edited.merged
  if (!merged) reply.header('etag', toEntityTag(edited.seq))
  if (edited.kind === 'outdated') {
    const detail = `The page stands at ${edited.seq}. Read it again, and send your change on top of that.`
    return sendProblem(reply, toProblem('outdated', detail, { seq: edited.seq }))
  }
  return reply.send({ seq: edited.seq, changed: edited.kind === 'written', merged })
}
