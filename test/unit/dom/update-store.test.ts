import { afterEach, expect, test, vi } from 'vitest'
import * as Y from 'yjs'
import { openUpdateStore } from '../../../editor/collaboration/update-store.ts'

afterEach(() => void vi.unstubAllGlobals())

test('a browser that forbids its store is asked for nothing more', async () => {
  const open = () => {
    throw new DOMException('denied', 'SecurityError')
  }
  vi.stubGlobal('indexedDB', { open })
  const doc = new Y.Doc()
  const opened = openUpdateStore('name', doc, () => undefined, new AbortController().signal)
  await expect(opened).rejects.toThrow('denied')
  for (const name of ['update', 'afterTransaction', 'afterTransactionCleanup'])
    expect(doc._observers.get(name)?.size ?? 0).toBe(0)
})
