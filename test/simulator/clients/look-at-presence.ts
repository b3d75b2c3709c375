import { setTimeout as sleep } from 'node:timers/promises'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { io } from 'socket.io-client'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { REALTIME_NAMESPACE } from '../../../shared/protocol/envelope.ts'
import type { PageRecord, PresenceReading } from '../record.ts'
import type { Account, ServerUnderTest } from '../world/server-under-test.ts'

/** What is still shown after this long, ms, counts as a ghost: the promise, and a moment for the looking itself. */
export const GHOST_DEADLINE_MS = 16_000
const POLL_MS = 100
/** Carets come behind the text, and nobody says that there are none: what has not come so long after it, ms, is not there. */
const CARETS_WITHIN_MS = 1_000
const ANSWER_TIMEOUT_MS = 5_000

/** Who is shown on the pages when all have left: waits until nobody is, or the deadline is over. */
export async function lookAtPresence(
  server: ServerUnderTest,
  observer: Account,
  pages: readonly PageRecord[],
): Promise<Omit<PresenceReading, 'at'>[]> {
  const leftAt = performance.now()
  const looks = pages.map(({ id }) => openCarets(server, observer, id))
  const people = server.hasEvents ? followPages(server, observer) : null
  /** Where an answer takes long, so does everything else: that is no sign of a ghost. */
  let slowestMs = 0
  try {
    for (;;) {
      const askedAt = performance.now()
      const afterMs = askedAt - leftAt
      const readings = await Promise.all(
        pages.map(async ({ id }, page) => ({
          ...{ page, afterMs },
          users: (await people?.list(id)) ?? null,
          carets: looks[page]?.list() ?? [],
        })),
      )
      slowestMs = Math.max(slowestMs, performance.now() - askedAt)
      const isKnown =
        looks.every((look) => look.isKnown()) &&
        (people === null || readings.every(({ users }) => users !== null))
      const isEmpty = readings.every(({ users, carets }) => (users ?? []).length === 0 && carets.length === 0)
      if ((isKnown && isEmpty) || afterMs > GHOST_DEADLINE_MS + slowestMs) return readings
      await sleep(POLL_MS)
    }
  } finally {
    for (const look of looks) look.close()
    people?.close()
  }
}

function openCarets(server: ServerUnderTest, observer: Account, pageId: string) {
  const url = new URL(server.documentPath, server.url)
  url.protocol = server.url.protocol === 'https:' ? 'wss:' : 'ws:'
  const doc = new Y.Doc()
  const socket = new HocuspocusProviderWebsocket({ url: url.href, WebSocketPolyfill: QuietSocket })
  let openedAt = Number.POSITIVE_INFINITY
  const provider = new HocuspocusProvider({
    websocketProvider: socket,
    name: pageId,
    document: doc,
    token: () => observer.accessToken(),
    onSynced: () => {
      openedAt = performance.now()
    },
  })
  provider.attach()
  return {
    isKnown: () => performance.now() - openedAt > CARETS_WITHIN_MS,
    list: () => [...(provider.awareness?.getStates().keys() ?? [])].filter((id) => id !== doc.clientID),
    close() {
      provider.destroy()
      socket.destroy()
      doc.destroy()
    },
  }
}

function followPages(server: ServerUnderTest, observer: Account) {
  const socket = io(new URL(REALTIME_NAMESPACE, server.url).href, {
    auth: { token: observer.accessToken() },
    forceNew: true,
    transports: ['websocket'],
  })
  return {
    /** Who is on a page besides the observer; null when there is no answer. */
    async list(pageId: string): Promise<{ userId: string; name: string }[] | null> {
      try {
        const answer = (await socket.timeout(ANSWER_TIMEOUT_MS).emitWithAck('join_page', { pageId })) as {
          users?: { userId: string; name: string }[]
        }
        return (
          answer.users
            ?.filter(({ userId }) => userId !== observer.userId)
            .map(({ userId, name }) => ({ userId, name })) ?? null
        )
      } catch {
        return null
      }
    },
    close: () => socket.close(),
  }
}

/** Its errors show as closings. */
class QuietSocket extends WebSocket {
  constructor(address: string) {
    super(address)
    this.on('error', () => undefined)
  }
}
