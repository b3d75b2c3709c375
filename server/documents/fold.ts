import * as Y from 'yjs'
import { keepFormatting } from '../../shared/document/keep-formatting.ts'

/** A page's state as one update, and what it holds of each client. */
export interface FoldedState {
  readonly state: Uint8Array
  readonly stateVector: Uint8Array
}

/** Puts updates on top of each other, batch by batch. */
export interface Fold {
  /** @throws what Yjs throws when an update does not decode; the fold is of no use then */
  apply(updates: readonly Uint8Array[]): Promise<void>
  finish(): Promise<FoldedState>
}

/** Where folding happens: here, or in a thread of its own. One fold at a time. */
export interface Folder {
  /** Starts from nothing; a fold that was not finished is forgotten. */
  start(): Promise<Fold>
  /** Decodes a state and answers its state vector. */
  inspect(state: Uint8Array): Promise<Uint8Array>
}

/**
 * One document that updates are applied to. A document, not `Y.mergeUpdates`: that keeps the text of
 * everything that was ever deleted, and takes its time with many small updates.
 */
export class FoldingDocument {
  #doc = keepFormatting(new Y.Doc())

  apply(updates: readonly Uint8Array[]): void {
    this.#doc.transact(() => {
      for (const update of updates) Y.applyUpdate(this.#doc, update)
    }, 'fold')
  }

  /** Answers something about the document as it is now. */
  look<Result>(at: (doc: Y.Doc) => Result): Result {
    return at(this.#doc)
  }

  /** What does not fit in yet, because something before it is missing, is in the state as well. */
  finish(): FoldedState {
    const folded = {
      state: Y.encodeStateAsUpdate(this.#doc),
      stateVector: Y.encodeStateVector(this.#doc),
    }
    this.destroy()
    return folded
  }

  destroy(): void {
    this.#doc.destroy()
    // Gives the memory back while its owner waits for the next page.
    this.#doc = keepFormatting(new Y.Doc())
  }
}

/** Decodes a state in a document of its own and answers its state vector. */
export function inspectState(state: Uint8Array): Uint8Array {
  const doc = new FoldingDocument()
  doc.apply([state])
  return doc.finish().stateVector
}

/** Folds where it is called: for programs in which nobody waits meanwhile. */
export function createInlineFolder(): Folder {
  return {
    async start() {
      const doc = new FoldingDocument()
      return { apply: async (updates) => doc.apply(updates), finish: async () => doc.finish() }
    },
    inspect: async (state) => inspectState(state),
  }
}
