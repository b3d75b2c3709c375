import type { StreamOperations } from '../workspace/streams.ts'
import type { RequestHandlers } from './answer-requests.ts'

/** What readers can do with streams; writing one goes over REST. */
export function createStreamRequests({
  streams,
}: {
  readonly streams: Pick<StreamOperations, 'cancel'>
}): RequestHandlers<'cancel_stream'> {
  return {
    async cancel_stream({ data: { identity } }, { streamId }) {
      const { status, revision } = await streams.cancel(identity, streamId)
      return { ok: true, status, revision }
    },
  }
}
