import type * as Y from 'yjs'

const RESTORED = 'restored'
const COUNT = 'count'

/** Notes in a document that it says again what it said once: what was done before is not to be undone any more. */
export function noteRestore(doc: Y.Doc): void {
  const notes = doc.getMap<number>(RESTORED)
  notes.set(COUNT, (notes.get(COUNT) ?? 0) + 1)
}

/** Calls back for each restore that comes from elsewhere, whichever way it comes. */
export function onRestore(doc: Y.Doc, call: () => void): void {
  doc.getMap(RESTORED).observe((_event, transaction) => {
    if (!transaction.local) call()
  })
}
