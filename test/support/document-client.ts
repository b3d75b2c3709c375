import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import {
  EMPTY_LEDGER,
  isAcknowledged,
  recordReceived,
  recordSent,
} from '../../editor/collaboration/wire-ledger.ts'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'

/** A stock provider on a page, and what tests want to know of it. */
export interface DocumentClient {
  readonly doc: Y.Doc
  readonly provider: HocuspocusProvider
  /** Adds a paragraph at the end. */
  write(text: string): void
  /** The paragraphs' texts, in order. */
  paragraphs(): string[]
  /** Resolves once the server's state has arrived. */
  synced(): Promise<void>
  /** Whether the server has acknowledged everything that was written here, read from the frames themselves. */
  isSaved(): boolean
  onSaved(listener: () => void): void
  /** Resolves once everything is saved. */
  saved(): Promise<void>
  /** Resolves with the reason of the next refusal or closing. */
  ended(): Promise<string>
  /** Resolves once `condition` holds for what is in the document. */
  until(condition: () => boolean): Promise<void>
  close(): void
}

/** How long a test waits for something that should happen, ms. */
const DEADLINE_MS = 15_000

/** Opens a page with the stock provider. */
export function openDocument(
  serverUrl: string,
  pageId: string,
  token: string | (() => string),
  { doc = new Y.Doc(), query = '' }: { doc?: Y.Doc; query?: string } = {},
): DocumentClient {
  let ledger = EMPTY_LEDGER
  const savedListeners = new Set<() => void>()
  const record = (next: typeof ledger) => {
    ledger = next
    if (isAcknowledged(ledger)) for (const listener of savedListeners) listener()
  }
  class LedgerSocket extends WebSocket {
    constructor(...args: ConstructorParameters<typeof WebSocket>) {
      super(...args)
      ledger = EMPTY_LEDGER
      this.on('message', (data: ArrayBuffer) => record(recordReceived(ledger, new Uint8Array(data))))
    }
    override send(data: Uint8Array): void {
      record(recordSent(ledger, data))
      super.send(data)
    }
  }
  const websocketProvider = new HocuspocusProviderWebsocket({
    url: `${serverUrl.replace('http', 'ws')}/collaboration${query}`,
    WebSocketPolyfill: LedgerSocket,
    delay: 50,
    minDelay: 50,
    maxDelay: 200,
  })
  const provider = new HocuspocusProvider({ websocketProvider, name: pageId, document: doc, token })
  provider.attach()
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)

  return {
    doc,
    provider,
    write(text) {
      const paragraph = new Y.XmlElement('paragraph')
      paragraph.insert(0, [new Y.XmlText(text)])
      fragment.push([paragraph])
    },
    paragraphs: () =>
      fragment
        .toArray()
        .map((node) => ((node as Y.XmlElement).get(0) as Y.XmlText | undefined)?.toString() ?? ''),
    synced: () =>
      waitFor(
        'synced',
        () => provider.isSynced,
        (check) => provider.on('synced', check),
      ),
    isSaved: () => isAcknowledged(ledger),
    onSaved: (listener) => savedListeners.add(listener),
    saved: () =>
      waitFor(
        'everything to be acknowledged',
        () => isAcknowledged(ledger),
        (check) => savedListeners.add(check),
      ),
    ended: () =>
      new Promise((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error('waited for a refusal or closing that did not come')),
          DEADLINE_MS,
        )
        const end = (reason: string) => {
          clearTimeout(late)
          resolve(reason)
        }
        provider.on('authenticationFailed', ({ reason }: { reason: string }) => end(reason))
        provider.on('close', ({ event }: { event: { reason: string } }) => end(event.reason))
      }),
    until: (condition) => waitFor('the document to change', condition, (check) => doc.on('update', check)),
    close() {
      provider.destroy()
      websocketProvider.destroy()
    },
  }
}

/** Resolves when `condition` holds, checked now and whenever `subscribe` says that something happened. */
function waitFor(
  what: string,
  condition: () => boolean,
  subscribe: (check: () => void) => void,
): Promise<void> {
  return new Promise((resolve, reject) => {
    const late = setTimeout(() => reject(new Error(`waited for: ${what}`)), DEADLINE_MS)
    const check = () => {
      if (!condition()) return
      clearTimeout(late)
      resolve()
    }
    subscribe(check)
    check()
  })
}
