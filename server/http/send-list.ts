import type { FastifyReply, FastifyRequest } from 'fastify'
import { namesEntity, toEntityTag } from './entity-tag.ts'

/**
 * Answers a list with the revision that it shows as its tag; who has that one already gets 304 and the list
 * is not even read. Lists differ from person to person, so that nobody in between may keep them. One that has
 * been written out as `json` already is sent as it is.
 */
export async function sendList<List extends { readonly revision: number; readonly json?: Buffer }>(
  request: FastifyRequest,
  reply: FastifyReply,
  readRevision: () => Promise<number>,
  list: () => Promise<List>,
): Promise<never> {
  const vary = [reply.getHeader('vary'), 'authorization'].filter(Boolean).join(', ')
  reply.header('cache-control', 'private, no-cache').header('vary', vary)
  const revision = await readRevision()
  if (namesEntity(request.headers['if-none-match'], revision)) {
    // What follows the schema of 200 is not sent with 304.
    return reply.code(304).header('etag', toEntityTag(revision)).send() as never
  }
  const answer = await list()
  // A list is made here, field by field; to look at each of 10,000 pages once more costs more than all the rest.
  return reply
    .header('etag', toEntityTag(answer.revision))
    .type('application/json; charset=utf-8')
    .send(answer.json ?? JSON.stringify(answer)) as never
}
