import * as decoding from 'lib0/decoding'
import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'
import { authFrame, frame, TYPE, updateFrame } from './raw-socket.ts'

/** What a page client sends through, once per connection. */
export interface PageWire {
  send(frame: Uint8Array): void
}

/**
 * Somebody on a page, without the stock provider's timers: speaks the protocol over whatever wire a test
 * gives it, and keeps account of what the server has promised. Every paragraph it writes is a mark of its own.
 */
export interface PageClient {
  readonly name: string
  readonly doc: Y.Doc
  /** Marks of its own that the server said are saved. */
  readonly acknowledged: ReadonlySet<string>
  /** Marks of others that the server has shown it. */
  readonly seen: ReadonlySet<string>
  /** What went against the protocol, for example an acknowledgement of nothing. */
  readonly faults: readonly string[]
  /** Writes a new mark at `place` (0 to 1) of the page and answers it. */
  write(place?: number): string
  /** Removes the paragraph at `place`, if there is one. */
  erase(place: number): void
  /** Opens the page over a new connection. */
  attach(wire: PageWire, token: string): void
  receive(frame: Uint8Array): void
  /** The connection is gone: what was not acknowledged is sent again over the next one. */
  detach(): void
  /** Both sides have told each other what they have, and nothing is unacknowledged. */
  isSettled(): boolean
  paragraphs(): string[]
}

export function createPageClient(
  name: string,
  pageId: string,
  { changed = () => undefined }: { changed?: () => void } = {},
): PageClient {
  const doc = new Y.Doc()
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)
  const own: string[] = []
  const acknowledged = new Set<string>()
  const seen = new Set<string>()
  const faults: string[] = []
  let wire: PageWire | undefined
  /** For each change under way, how many of `own` are saved once it is acknowledged. */
  let underWay: number[] = []
  let isOpen = false
  let isAnswered = false
  let isSynced = false

  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (origin === REMOTE || !isOpen) return
    // Before the server's question is answered, an edit may build on others that it does not have yet.
    underWay.push(isAnswered ? own.length : 0)
    wire?.send(updateFrame(pageId, update))
  })
  fragment.observe((event, transaction) => {
    if (transaction.origin !== REMOTE) return
    for (const item of event.changes.added) {
      for (const node of item.content.getContent()) {
        const mark = textOf(node)
        if (!mark.startsWith(`${name} `)) seen.add(mark)
      }
    }
  })

  function sync(step: number, payload: Uint8Array): Uint8Array {
    return frame(pageId, TYPE.sync, (encoder) => {
      encoding.writeVarUint(encoder, step)
      encoding.writeVarUint8Array(encoder, payload)
    })
  }

  function receiveSync(decoder: decoding.Decoder): void {
    const step = decoding.readVarUint(decoder)
    const payload = decoding.readVarUint8Array(decoder)
    if (step === 0) {
      isAnswered = true
      underWay.push(own.length)
      wire?.send(sync(1, Y.encodeStateAsUpdate(doc, payload)))
      return
    }
    Y.applyUpdate(doc, payload, REMOTE)
    if (step === 1) isSynced = true
  }

  function receiveStatus(saved: boolean): void {
    const covered = underWay.shift()
    if (covered === undefined) faults.push('an acknowledgement of nothing')
    else if (!saved) faults.push('a refused change')
    else for (let index = acknowledged.size; index < covered; index++) acknowledged.add(own[index] as string)
  }

  const indexAt = (place: number, length: number) => Math.min(Math.floor(place * length), length)

  return {
    ...{ name, doc, acknowledged, seen, faults },
    write(place = 1) {
      const mark = `${name} ${own.length}`
      // First on the list: the change that carries it is sent from inside the insertion.
      own.push(mark)
      const paragraph = new Y.XmlElement('paragraph')
      paragraph.insert(0, [new Y.XmlText(mark)])
      fragment.insert(indexAt(place, fragment.length), [paragraph])
      return mark
    },
    erase(place) {
      if (fragment.length > 0)
        fragment.delete(Math.min(indexAt(place, fragment.length), fragment.length - 1), 1)
    },
    attach(newWire, token) {
      wire = newWire
      underWay = []
      isOpen = isAnswered = isSynced = false
      wire.send(authFrame(pageId, token))
    },
    receive(bytes) {
      const decoder = decoding.createDecoder(bytes)
      decoding.readVarString(decoder)
      switch (decoding.readVarUint(decoder)) {
        case TYPE.auth:
          if (decoding.readVarUint(decoder) === 1) {
            faults.push(`refused: ${decoding.readVarString(decoder)}`)
            break
          }
          isOpen = true
          wire?.send(sync(0, Y.encodeStateVector(doc)))
          break
        case TYPE.sync:
        case TYPE.syncReply:
          receiveSync(decoder)
          break
        case TYPE.syncStatus:
          receiveStatus(decoding.readVarUint(decoder) === 1)
          break
      }
      changed()
    },
    detach() {
      wire = undefined
      underWay = []
      isOpen = isAnswered = isSynced = false
      changed()
    },
    isSettled: () => isOpen && isAnswered && isSynced && underWay.length === 0,
    paragraphs: () => readParagraphs(doc),
  }
}

const REMOTE = Symbol('remote')

/** The texts of a page's paragraphs, in order. */
export function readParagraphs(doc: Y.Doc): string[] {
  return doc.getXmlFragment(DOCUMENT_FRAGMENT).toArray().map(textOf)
}

function textOf(node: unknown): string {
  return node instanceof Y.XmlElement ? String(node.get(0) ?? '') : ''
}
