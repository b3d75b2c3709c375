import * as encoding from 'lib0/encoding'
import * as Y from 'yjs'
import { DOCUMENT_FRAGMENT } from '../../../shared/document/fragment.ts'
import { type Dialect, STEP } from './dialect.ts'
import { encodeClientFrame } from './wire-client.ts'

/** A keystroke, ready to be written to the socket. */
export interface PreparedEdit {
  readonly update: Buffer
  /** The caret behind it: a message of its own, as TipTap sends it; null if none was asked for. */
  readonly caret: Buffer | null
  /** The author's Yjs clock after it: whoever has an update up to here has this edit. */
  readonly clock: number
}

/** Types ahead of time: an author with a paragraph of their own, one letter per edit. */
export interface EditMaker {
  readonly clientId: number
  next(withCaret: boolean): PreparedEdit
}

/** What the letters are taken from, so that the text is not one letter repeated. */
const LETTERS = 'the quick brown fox jumps over the lazy dog, and nobody minds; '

export function createEditMaker(dialect: Dialect, pageId: string, name: string): EditMaker {
  const doc = new Y.Doc()
  const text = new Y.XmlText()
  let update = new Uint8Array()
  let caretClock = 0
  let letters = 0
  doc.on('update', (bytes: Uint8Array) => {
    update = new Uint8Array(bytes)
  })

  function typeLetter(): void {
    const letter = LETTERS.charAt(letters % LETTERS.length)
    if (letters++ > 0) {
      text.insert(text.length, letter)
      return
    }
    const paragraph = new Y.XmlElement('paragraph')
    text.insert(0, letter)
    paragraph.insert(0, [text])
    doc.getXmlFragment(DOCUMENT_FRAGMENT).push([paragraph])
  }

  /** As TipTap's caret extension sends it, with each keystroke. */
  function encodeCaret(): Uint8Array {
    const position = Y.relativePositionToJSON(Y.createRelativePositionFromTypeIndex(text, text.length))
    const state = { user: { name, color: '#30bced' }, cursor: { anchor: position, head: position } }
    return dialect.encodeAwareness(
      pageId,
      encoding.encode((encoder) => {
        encoding.writeVarUint(encoder, 1)
        encoding.writeVarUint(encoder, doc.clientID)
        encoding.writeVarUint(encoder, ++caretClock)
        encoding.writeVarString(encoder, JSON.stringify(state))
      }),
    )
  }

  return {
    clientId: doc.clientID,
    next(withCaret) {
      typeLetter()
      return {
        update: encodeClientFrame(dialect.encodeSync(pageId, STEP.update, update)),
        caret: withCaret ? encodeClientFrame(encodeCaret()) : null,
        clock: Y.getState(doc.store, doc.clientID),
      }
    },
  }
}
