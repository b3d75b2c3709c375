import { randomUUID } from 'node:crypto'
import { type Coalescer, createCoalescer } from './coalescer.ts'
import { pageRoom } from './room-names.ts'
import type { RealtimeNamespace } from './sockets.ts'

/** How often those on a page are told that its text changed, ms. */
const EVERY_MS = 1_000

/** Tells those on a page that its text changed, gathered. Called from the commit path: it only takes notes. */
export interface ContentNews {
  /** A page's text was committed up to `seq`, written by these people. */
  committed(pageId: string, seq: number, userIds: readonly string[]): void
  count(): number
  close(): void
}

interface Written {
  readonly seq: number
  readonly userIds: ReadonlySet<string>
}

export function createContentNews(namespace: RealtimeNamespace): ContentNews {
  const news: Coalescer<Written> = createCoalescer(EVERY_MS, (pageId, { seq, userIds }) => {
    namespace
      .to(pageRoom(pageId))
      .emit('page_content_updated', { eventId: randomUUID(), pageId, seq, userIds: [...userIds] })
  })
  return {
    committed(pageId, seq, userIds) {
      if (!namespace.adapter.rooms.has(pageRoom(pageId))) return
      news.add(pageId, (before) => ({
        seq: Math.max(seq, before?.seq ?? 0),
        userIds: new Set([...(before?.userIds ?? []), ...userIds]),
      }))
    },
    count: news.count,
    close: news.close,
  }
}
