import * as Y from 'yjs'
import type { Author } from './author.ts'
import type { Dialect } from './dialect.ts'
import type { WireClient } from './wire-client.ts'

/** Reads what one connection is sent, and measures when the others' edits and its own acknowledgements come. */
export interface Observer {
  /** Latencies since the last `forget`, ms. */
  readonly seenMs: number[]
  /** Empty where nothing is acknowledged. */
  readonly acknowledgedMs: number[]
  /** How many edits that were sent have not arrived here yet, acknowledgements included. */
  countMissing(): number
  forget(): void
}

/** `own` is the author on the same connection, if it writes; `others` are the rest of its page. */
export function createObserver(
  dialect: Dialect,
  client: WireClient,
  own: Author | undefined,
  others: readonly Author[],
): Observer {
  const authors = new Map(others.map((author) => [author.clientId, { author, seen: 0 }]))
  const seenMs: number[] = []
  const acknowledgedMs: number[] = []
  let acknowledged = 0

  client.listener = (payload) => {
    const heard = dialect.read(payload)
    const now = performance.now()
    if (heard.kind === 'update' || heard.kind === 'answer') {
      for (const [clientId, clock] of Y.parseUpdateMeta(heard.update).to) {
        const known = authors.get(clientId)
        if (known === undefined) continue
        for (let edit = known.author.sent[known.seen]; edit !== undefined && edit.clock <= clock; ) {
          seenMs.push(now - edit.atMs)
          edit = known.author.sent[++known.seen]
        }
      }
    } else if (heard.kind === 'acknowledged' && own !== undefined) {
      const edit = own.sent[acknowledged++]
      if (edit !== undefined) acknowledgedMs.push(now - edit.atMs)
    } else if (heard.kind === 'refused') {
      client.closed = heard.reason
    }
  }

  return {
    seenMs,
    acknowledgedMs,
    countMissing() {
      let missing = own === undefined || !dialect.acknowledges ? 0 : own.sent.length - acknowledged
      for (const { author, seen } of authors.values()) missing += author.sent.length - seen
      return missing
    },
    forget() {
      seenMs.length = 0
      acknowledgedMs.length = 0
    },
  }
}
