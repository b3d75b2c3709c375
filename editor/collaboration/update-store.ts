/*
 * A document's updates on this device: each is handed to IndexedDB in the moment in which it is made.
 *
 *   updates   1 → update, 2 → update, …     (folded into one when there are many)
 *   custom    key → what is noted beside    (the layout of y-indexeddb, so that what it has written is read)
 */
import * as Y from 'yjs'
import { onFilled, onUpdate } from './incoming-updates.ts'

export interface UpdateStore {
  /** Whether a transaction's origin is this store being read. */
  isOrigin(origin: unknown): boolean
  readNote(key: string): Promise<unknown>
  writeNote(key: string, text: string): void
  /** What has been written until now is still stored. */
  close(): void
  remove(): Promise<void>
}

const UPDATES = 'updates'
const NOTES = 'custom'
/** The disk need not have it before it counts as stored: it outlives the tab and the browser all the same. */
const RELAXED = { durability: 'relaxed' } as const
/** How many updates are folded into one. */
const MANY = 500
const FOLD_AFTER_MS = 1_000

/**
 * Reads a document's updates into `doc` and writes what it holds already and every update that comes from elsewhere, also
 * while it is being opened.
 * `onLost` says that from now on nothing more can be written. Rejects where the browser has no working IndexedDB, where
 * what it holds cannot be read, and after `patience`.
 */
export async function openUpdateStore(
  name: string,
  doc: Y.Doc,
  onLost: () => void,
  patience: AbortSignal,
): Promise<UpdateStore> {
  const self = {}
  const isFilled = doc.store.clients.size > 0
  /** What came while it was being opened; null since it is open. */
  let early: Uint8Array[] | null = []
  const takers = [onUpdate(doc, take), onFilled(doc, keep)]
  const stopTaking = (): void => {
    for (const stop of takers) stop()
  }
  patience.addEventListener('abort', stopTaking)
  const db = await openDatabase(name).catch((error) => {
    stopTaking()
    throw error
  })
  let lastRead = 0
  let count = 0
  let isOver = false
  let foldTimer: ReturnType<typeof setTimeout> | undefined

  /** Takes in what is new in the store: also what other tabs have written. */
  function read(updates: IDBObjectStore, then: () => void): void {
    const range = IDBKeyRange.lowerBound(lastRead, true)
    const rows = updates.getAll(range) as IDBRequest<Uint8Array[]>
    const keys = updates.getAllKeys(range) as IDBRequest<number[]>
    keys.onsuccess = () => {
      if (isOver || patience.aborted) return
      const apply = () => {
        for (const row of rows.result) Y.applyUpdate(doc, row)
      }
      Y.transact(doc, apply, self, false)
      lastRead = keys.result.at(-1) ?? lastRead
      count += rows.result.length
      then()
    }
  }

  function take(update: Uint8Array, origin: unknown): void {
    if (origin !== self) keep(update)
  }

  function keep(update: Uint8Array): void {
    if (early) early.push(update)
    else write(update)
  }

  function write(update: Uint8Array): void {
    if (isOver) return
    try {
      const transaction = db.transaction(UPDATES, 'readwrite', RELAXED)
      transaction.onabort = lose
      transaction.objectStore(UPDATES).add(update)
      // Not when the browser has answered: it would give up what a page that is left meanwhile has not committed.
      transaction.commit()
    } catch {
      lose()
      return
    }
    if (++count >= MANY) foldTimer ??= setTimeout(fold, FOLD_AFTER_MS)
  }

  function fold(): void {
    foldTimer = undefined
    const updates = db.transaction(UPDATES, 'readwrite', RELAXED).objectStore(UPDATES)
    count = 0
    read(updates, () => {
      updates.delete(IDBKeyRange.upperBound(lastRead))
      const folded = updates.add(Y.encodeStateAsUpdate(doc))
      folded.onsuccess = () => {
        lastRead = Number(folded.result)
        count = 1
      }
    })
  }

  function lose(): void {
    if (isOver) return
    close()
    onLost()
  }

  function close(): void {
    isOver = true
    clearTimeout(foldTimer)
    stopTaking()
    db.close()
  }

  try {
    const transaction = db.transaction(UPDATES)
    const isRead = whenOver(transaction)
    read(transaction.objectStore(UPDATES), () => undefined)
    await isRead
    patience.throwIfAborted()
  } catch (error) {
    close()
    throw error
  }
  const missed = early
  early = null
  if (isFilled) write(Y.encodeStateAsUpdate(doc))
  else if (missed.length > 0) write(Y.mergeUpdates(missed))
  // Another tab removes it, or the browser has thrown it away.
  db.onversionchange = lose
  db.onclose = lose

  return {
    isOrigin: (origin) => origin === self,
    readNote: (key) => whenAnswered(db.transaction(NOTES).objectStore(NOTES).get(key)),
    writeNote(key, text) {
      if (isOver) return
      const transaction = db.transaction(NOTES, 'readwrite', RELAXED)
      transaction.objectStore(NOTES).put(text, key)
      transaction.commit()
    },
    close,
    async remove() {
      close()
      await removeUpdateStore(name)
    },
  }
}

/** Removes a document's updates from this device. */
export async function removeUpdateStore(name: string): Promise<void> {
  await whenAnswered(indexedDB.deleteDatabase(name))
}

/** Rejects, also where the browser throws. */
async function openDatabase(name: string): Promise<IDBDatabase> {
  const request = indexedDB.open(name)
  request.onupgradeneeded = () => {
    request.result.createObjectStore(UPDATES, { autoIncrement: true })
    request.result.createObjectStore(NOTES)
  }
  return whenAnswered(request)
}

function whenAnswered<Result>(request: IDBRequest<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result)
    request.onerror = (event) => {
      event.preventDefault()
      reject(request.error)
    }
  })
}

function whenOver(transaction: IDBTransaction): Promise<void> {
  return new Promise((resolve, reject) => {
    transaction.oncomplete = () => resolve()
    transaction.onabort = () => reject(transaction.error)
  })
}
