import { HocuspocusProvider, HocuspocusProviderWebsocket } from '@hocuspocus/provider'
import * as decoding from 'lib0/decoding'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { DOCUMENT_FRAGMENT } from '../../../shared/document/fragment.ts'
import { TYPE } from '../raw-socket.ts'
import { until } from '../until.ts'

/** What every recording must hold, or the fuzzer would not know that kind of frame. */
export const RECORDED_KINDS = [
  'token',
  'state-vector',
  'answer',
  'update',
  'awareness',
  'query-awareness',
  'stateless',
  'close',
] as const
export type RecordedKind = (typeof RECORDED_KINDS)[number]

/** A frame that a stock provider sends, without the address that every frame begins with. */
export interface RecordedFrame {
  readonly kind: RecordedKind
  readonly body: Uint8Array
}

const KIND_OF_TYPE: Readonly<Record<number, RecordedKind>> = {
  [TYPE.awareness]: 'awareness',
  [TYPE.auth]: 'token',
  [TYPE.queryAwareness]: 'query-awareness',
  [TYPE.stateless]: 'stateless',
  7: 'close',
}
const KIND_OF_STEP: readonly RecordedKind[] = ['state-vector', 'answer', 'update']

/**
 * Lets a stock provider open a page, write, format, erase, move its caret, leave, write without a connection
 * and come back; answers everything it sent, in order. The same `clientId` makes the same changes.
 */
export async function recordFrames(
  serverUrl: string,
  pageId: string,
  token: string,
  clientId: number,
): Promise<RecordedFrame[]> {
  // Providers ask this of each other, over a BroadcastChannel; servers answer it all the same.
  const frames: RecordedFrame[] = [{ kind: 'query-awareness', body: Uint8Array.of(TYPE.queryAwareness) }]
  class RecordingSocket extends WebSocket {
    override send(data: Uint8Array): void {
      frames.push(readFrame(new Uint8Array(data)))
      super.send(data)
    }
  }
  const doc = new Y.Doc()
  doc.clientID = clientId
  const visit = async (act: (provider: HocuspocusProvider) => void) => {
    const websocketProvider = new HocuspocusProviderWebsocket({
      url: `${serverUrl.replace('http', 'ws')}/collaboration`,
      WebSocketPolyfill: RecordingSocket,
    })
    const provider = new HocuspocusProvider({ websocketProvider, name: pageId, document: doc, token })
    provider.attach()
    await until(() => provider.isSynced)
    act(provider)
    await until(() => provider.unsyncedChanges === 0)
    provider.destroy()
    websocketProvider.destroy()
  }
  await visit((provider) => {
    provider.setAwarenessField('user', { name: 'Recorded', color: '#30bced' })
    write(doc, provider)
    provider.sendStateless('{"some":"text"}')
    provider.forceSync()
  })
  write(doc)
  await visit(() => undefined)
  for (const kind of RECORDED_KINDS) {
    if (!frames.some((frame) => frame.kind === kind)) throw new Error(`no ${kind} frame was recorded`)
  }
  return frames
}

/** A paragraph letter by letter, formats, values of every sort, other elements, and some of it erased again. */
function write(doc: Y.Doc, provider?: HocuspocusProvider): void {
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)
  const text = new Y.XmlText()
  const paragraph = new Y.XmlElement('paragraph')
  fragment.push([paragraph])
  paragraph.insert(0, [text])
  for (const letter of 'The quick brown fox 🦊 jumps') {
    text.insert(text.length, letter)
    const caret = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, text.length))
    provider?.setAwarenessField('cursor', { anchor: caret, head: caret })
  }
  text.format(4, 5, { bold: {} })
  text.format(6, 8, { bold: null, link: { href: 'https://example.com' } })
  text.insertEmbed(3, { image: 'a picture' })
  text.delete(2, 7)
  const heading = new Y.XmlElement('heading')
  heading.setAttribute('level', 2 as unknown as string)
  fragment.insert(0, [heading])
  const values = doc.getMap('values')
  values.set('any', [1, -2.5, 2n ** 40n, null, undefined, true, 'text', { deep: [{ deeper: [] }] }])
  values.set('bytes', Uint8Array.of(1, 2, 3))
  values.set('map', new Y.Map([['inner', new Y.Array()]]))
  values.delete('any')
  fragment.delete(0, 1)
}

function readFrame(bytes: Uint8Array): RecordedFrame {
  const decoder = decoding.createDecoder(bytes)
  decoding.readVarString(decoder)
  const body = bytes.slice(decoder.pos)
  const type = decoding.readVarUint(decoder)
  const isSync = type === TYPE.sync || type === TYPE.syncReply
  const kind = isSync ? KIND_OF_STEP[decoding.readVarUint(decoder)] : KIND_OF_TYPE[type]
  if (kind === undefined) throw new Error(`a provider sent a frame of the unknown type ${type}`)
  return { kind, body }
}
