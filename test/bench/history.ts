import * as Y from 'yjs'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'
import { readTrace } from '../simulator/trace/trace.ts'
import { createTracePlan } from '../simulator/trace/trace-plan.ts'

/** As many edits as seph-blog1, the trace that the issue names. */
const GENERATED_EDITS = 137_154
const GENERATED_SEED = 1
/** How likely the generated author goes elsewhere or deletes, per keystroke. */
const JUMP_SHARE = 0.005
const DELETE_SHARE = 0.1

/** A page's life as the updates that made it, one for each edit: a trace's, or a generated one of that size. */
export async function readHistory(tracePath: string | undefined): Promise<Uint8Array[]> {
  if (tracePath === undefined) return generateHistory(GENERATED_EDITS, GENERATED_SEED)
  const { editsByAgent } = createTracePlan(await readTrace(tracePath))
  return editsByAgent
    .flat()
    .sort((a, b) => a.transaction - b.transaction)
    .map(({ update }) => update)
}

/** One author who types, deletes and jumps about; the same every time for the same seed. */
export function generateHistory(edits: number, seed: number): Uint8Array[] {
  const random = createRandom(seed)
  const doc = new Y.Doc()
  doc.clientID = 1
  const updates: Uint8Array[] = []
  doc.on('update', (update: Uint8Array) => updates.push(update))
  const text = new Y.XmlText()
  const paragraph = new Y.XmlElement('paragraph')
  doc.transact(() => {
    doc.getXmlFragment(DOCUMENT_FRAGMENT).push([paragraph])
    paragraph.push([text])
  })
  let at = 0
  while (updates.length < edits) {
    if (random() < JUMP_SHARE) at = Math.floor(random() * (text.length + 1))
    if (at > 0 && random() < DELETE_SHARE) text.delete(--at, 1)
    else text.insert(at++, String.fromCharCode(97 + Math.floor(random() * 26)))
  }
  return updates
}

/** A small generator of numbers from 0 to 1 that can be repeated (mulberry32). */
function createRandom(seed: number): () => number {
  let state = seed
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
