import * as Y from 'yjs'
import { DOCUMENT_FRAGMENT } from '../../../shared/document/fragment.ts'
import type { ClientIndex, EditIndex, PageIndex } from '../record.ts'
import type { Recorder } from '../recorder.ts'

/** Changes with this origin are the client's own, and can be undone. */
const OWN_CHANGE = Symbol('own change')
const SAVED_COPY = Symbol('saved copy')

/** The document that a client has of a page, with everything written down that is done to it. */
export interface PageDocument {
  readonly doc: Y.Doc
  readonly fragment: Y.XmlFragment
  readonly undoManager: Y.UndoManager
  /** Changes the document as this client; every update that comes of it is one edit. */
  edit(behaviour: string, run: number | null, change: () => void): void
  undo(): void
  redo(): void
  /** Edits that are neither acknowledged nor refused. */
  readonly unacknowledged: ReadonlySet<EditIndex>
  answered(edit: EditIndex, isStored: boolean): void
  /** Ends it and answers what IndexedDB would hold. */
  close(): SavedCopy
}

/** What is left of a closed page on the client's own device. */
export interface SavedCopy {
  readonly update: Uint8Array
  /** What it holds that the server had not acknowledged. */
  readonly unacknowledged: readonly EditIndex[]
}

export interface PageDocumentDeps {
  readonly client: ClientIndex
  readonly page: PageIndex
  readonly recorder: Recorder
  /** The Yjs client id, chosen by the seed: it decides the order of what is typed at one place at one time. */
  readonly yjsClient: number
  readonly savedCopy?: SavedCopy
  /** Whether a transaction's origin is the server. */
  readonly isFromServer: (origin: unknown) => boolean
  /** Called with every edit made here. */
  readonly edited?: (edit: EditIndex, update: Uint8Array) => void
}

/** Makes the document, from the saved copy if there is one. */
export function createPageDocument(deps: PageDocumentDeps): PageDocument {
  const { client, page, recorder, isFromServer } = deps
  const doc = new Y.Doc()
  doc.clientID = deps.yjsClient
  recorder.addYjsClient(client, page, doc.clientID)
  const fragment = doc.getXmlFragment(DOCUMENT_FRAGMENT)
  if (deps.savedCopy !== undefined) Y.applyUpdate(doc, deps.savedCopy.update, SAVED_COPY)
  const undoManager = new Y.UndoManager(fragment, {
    trackedOrigins: new Set([OWN_CHANGE]),
    captureTimeout: 300,
  })
  const unacknowledged = new Set<EditIndex>(deps.savedCopy?.unacknowledged ?? [])
  let behaviour = 'other'
  let run: number | null = null

  doc.on('update', (update: Uint8Array, origin: unknown) => {
    if (isFromServer(origin) || origin === SAVED_COPY) return
    const edit = recorder.edited({ client, page, behaviour, run, update })
    unacknowledged.add(edit)
    deps.edited?.(edit, update)
  })
  doc.on('afterTransaction', (transaction: Y.Transaction) => {
    if (isFromServer(transaction.origin)) recorder.shown(client, page, transaction)
  })

  return {
    ...{ doc, fragment, undoManager, unacknowledged },
    edit(name, burst, change) {
      behaviour = name
      run = burst
      doc.transact(change, OWN_CHANGE)
    },
    undo() {
      behaviour = 'undo'
      run = null
      undoManager.undo()
    },
    redo() {
      behaviour = 'redo'
      run = null
      undoManager.redo()
    },
    answered(edit, isStored) {
      recorder.answered(edit, isStored)
      unacknowledged.delete(edit)
    },
    close() {
      const copy = { update: Y.encodeStateAsUpdate(doc), unacknowledged: [...unacknowledged] }
      undoManager.destroy()
      doc.destroy()
      return copy
    },
  }
}
