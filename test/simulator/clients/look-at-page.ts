import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import type { Account, ServerUnderTest } from '../world/server-under-test.ts'

/** What a fresh client found. */
export interface Look {
  /** The page as one update; null when it could not be opened. */
  readonly state: Uint8Array | null
  readonly doc: Y.Doc | null
  /** Why it could not be opened. */
  readonly failure: string | null
}

const TIMEOUT_MS = 20_000

/** Opens a page with an empty document, straight at the server, takes what it is given and leaves. */
export async function lookAtPage(
  server: ServerUnderTest,
  account: Account | undefined,
  pageId: string,
): Promise<Look> {
  const doc = new Y.Doc()
  const url = new URL(server.documentPath, server.url)
  url.protocol = server.url.protocol === 'https:' ? 'wss:' : 'ws:'
  const socket = new HocuspocusProviderWebsocket({
    url: url.href,
    WebSocketPolyfill: QuietSocket,
    ...{ delay: 100, minDelay: 100, maxDelay: 500 },
  })
  let refusal = 'the page did not open in time'
  const isLoaded = await new Promise<boolean>((resolve) => {
    const late = setTimeout(() => resolve(false), TIMEOUT_MS)
    const provider = new HocuspocusProvider({
      websocketProvider: socket,
      name: pageId,
      document: doc,
      awareness: null,
      token: () => account?.accessToken() ?? '',
      onSynced: () => {
        clearTimeout(late)
        provider.destroy()
        resolve(true)
      },
      onAuthenticationFailed: ({ reason }) => {
        refusal = `refused: ${reason}`
      },
      onClose: ({ event }) => {
        if (event.reason !== '') refusal = `closed: ${event.reason}`
      },
    })
    provider.attach()
  })
  socket.destroy()
  if (!isLoaded) return { state: null, doc: null, failure: refusal }
  return { state: Y.encodeStateAsUpdate(doc), doc, failure: null }
}

/** Its errors show as closings. */
class QuietSocket extends WebSocket {
  constructor(address: string) {
    super(address)
    this.on('error', () => undefined)
  }
}
