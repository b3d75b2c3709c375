import { setTimeout as sleep } from 'node:timers/promises'
import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { DOCUMENT_FRAGMENT } from '../../../shared/document/fragment.ts'
import { until } from '../../support/until.ts'

/** What stands at the end of every page that is made here. */
export const LAST_WORDS = 'and these are the last words.'

const SENTENCE = 'The quick brown fox jumps over the lazy dog, and nobody who saw it minded at all. '
const SENTENCES_IN_A_PARAGRAPH = 4
/** A printed page has some seven such paragraphs, with a heading. */
const PARAGRAPHS_ON_A_PAGE = 7

/** A document of as many printed pages. */
export function makePages(count: number): Y.Doc {
  const doc = new Y.Doc()
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)
  doc.transact(() => {
    for (let nr = 1; nr <= count; nr++) addPage(fragment, nr)
    fragment.push([makeBlock('paragraph', LAST_WORDS)])
  })
  return doc
}

/** A document whose encoded state has at least so many bytes. */
export function makeStateOf(bytes: number): Y.Doc {
  for (let pages = 100; ; pages = Math.ceil(pages * 1.1)) {
    const doc = makePages(pages)
    if (Y.encodeStateAsUpdate(doc).byteLength >= bytes) return doc
  }
}

function addPage(fragment: Y.XmlFragment, nr: number): void {
  fragment.push([makeBlock('heading', `Page ${nr}`, { level: 2 })])
  for (let place = 1; place <= PARAGRAPHS_ON_A_PAGE; place++)
    fragment.push([makeBlock('paragraph', `${nr}.${place} ${SENTENCE.repeat(SENTENCES_IN_A_PARAGRAPH)}`)])
}

function makeBlock(name: string, words: string, attributes: Record<string, number> = {}): Y.XmlElement {
  const block = new Y.XmlElement(name)
  // Typed as strings only, but TipTap's binding stores numbers as such.
  for (const [key, value] of Object.entries(attributes)) block.setAttribute(key, value as unknown as string)
  const text = new Y.XmlText()
  text.insert(0, words)
  // A word in bold, as people have them.
  text.format(words.length >> 1, 8, { bold: {} })
  block.insert(0, [text])
  return block
}

/** Brings a document to a server, and leaves when it has it. */
export async function store(
  socketUrl: string,
  pageId: string,
  token: string,
  document: Y.Doc,
): Promise<void> {
  const websocketProvider = new HocuspocusProviderWebsocket({ url: socketUrl, WebSocketPolyfill: WebSocket })
  const provider = new HocuspocusProvider({ websocketProvider, name: pageId, token, document })
  provider.attach()
  await until(() => provider.isSynced && provider.unsyncedChanges === 0, { timeoutMs: 30_000 })
  provider.destroy()
  websocketProvider.destroy()
  await sleep(0)
}
