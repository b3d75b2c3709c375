import { type Editor, Extension } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { type EditorState, TextSelection } from '@tiptap/pm/state'
import * as Y from 'yjs'
import { readNamedDeletions } from '../../collaboration/incoming-updates.ts'
import { findChange, readLine } from './follow-text.ts'

/** How long what was just written may be on its way to others, while the server has it already, ms. */
const ON_ITS_WAY_MS = 1_000
/** What counts as one letter in a line though it is none, as in `readLine`. */
const PART = '\ufffc'

export interface KeepWordsOptions {
  /** The document, whose changes are looked at; null looks at none. */
  readonly doc: Y.Doc | null
  /** Whether there are edits that the server has not acknowledged. */
  readonly hasUnsaved: () => boolean
}

/** A line that another's change took out, with letters of ours in it that they did not know of. */
interface LostLine {
  readonly text: string
  /** How many letters are before each of those. */
  readonly unseen: readonly number[]
  /** And before each of those that they may not have known of either, from the first that was written to the last. */
  readonly recent: readonly number[]
}

/**
 * Keeps what was just written when another makes something else of its line. To make a paragraph a heading, to move it or
 * to take it into a list is, in Yjs's eyes, to put a new line in its place, and whatever they did not know of goes with the
 * old one. Whoever wrote it puts it into the new line.
 */
export const KeepWords = Extension.create<KeepWordsOptions, { stop: () => void }>({
  name: 'keepWords',
  addOptions: () => ({ doc: null, hasUnsaved: () => false }),
  addStorage: () => ({ stop: () => undefined }),
  onCreate() {
    const { doc, hasUnsaved } = this.options
    if (doc !== null) this.storage.stop = keepWords(this.editor, doc, hasUnsaved)
  },
  onDestroy() {
    this.storage.stop()
  },
})

function keepWords(editor: Editor, doc: Y.Doc, hasUnsaved: () => boolean): () => void {
  let before: EditorState | null = null
  let lost: LostLine[] = []
  /** When something was written, and from which clock on. */
  let written: { at: number; clock: number }[] = []

  const onBefore = () => {
    before = doc._transaction?.local === false ? editor.state : null
  }
  const onEach = (transaction: Y.Transaction) => {
    const now = performance.now()
    const isOnItsWay = ({ at }: { at: number }) => at > now - ON_ITS_WAY_MS
    // What the server has not said that it has may have come to it all the same, over a connection that broke.
    const waiting = hasUnsaved() ? 1 : 0
    written = [...written.slice(0, waiting), ...written.slice(waiting).filter(isOnItsWay)]
    if (transaction.local) written.push({ at: now, clock: transaction.beforeState.get(doc.clientID) ?? 0 })
    else if (before !== null) lost.push(...findLostLines(transaction, written[0]?.clock ?? Infinity))
  }
  const onAfter = () => {
    const [state, lines] = [before, lost]
    ;[before, lost] = [null, []]
    if (state !== null && lines.length > 0 && editor.isEditable) putBack(editor, state, lines)
  }
  doc.on('beforeAllTransactions', onBefore)
  doc.on('afterTransaction', onEach)
  doc.on('afterAllTransactions', onAfter)
  return () => {
    doc.off('beforeAllTransactions', onBefore)
    doc.off('afterTransaction', onEach)
    doc.off('afterAllTransactions', onAfter)
  }
}

/** The lines that went, with letters of ours in them that nobody meant to delete. */
function findLostLines(transaction: Y.Transaction, recent: number): LostLine[] {
  const { doc, deleteSet } = transaction
  const own = doc.store.clients.get(doc.clientID) ?? []
  const blocks = new Set<Y.XmlElement>()
  for (const { clock, len } of deleteSet.clients.get(doc.clientID) ?? [])
    for (let nr = Y.findIndexSS(own, clock); (own[nr]?.id.clock ?? Infinity) < clock + len; nr++) {
      const item = own[nr]
      const line = item instanceof Y.Item ? item.parent : null
      if (line instanceof Y.XmlText && line._item?.deleted && line.parent instanceof Y.XmlElement)
        blocks.add(line.parent)
    }
  const isNamed = blocks.size > 0 ? readNamedDeletions(doc) : null
  if (isNamed === null) return []
  return [...blocks]
    .map((block) =>
      readLostLine(transaction, block, ({ client, clock }) => {
        if (client !== doc.clientID) return 'known'
        return !isNamed(Y.createID(client, clock)) ? 'unseen' : clock >= recent ? 'recent' : 'known'
      }),
    )
    .filter((line) => line.unseen.length + line.recent.length > 0)
}

function readLostLine(
  { deleteSet, beforeState }: Y.Transaction,
  block: Y.XmlElement,
  judge: (id: Y.ID) => 'known' | 'unseen' | 'recent',
): LostLine {
  const wasThere = ({ id, deleted }: Y.Item) =>
    id.clock < (beforeState.get(id.client) ?? 0) && (!deleted || Y.isDeleted(deleteSet, id))
  const unseen: number[] = []
  const recent: { at: number; clock: number }[] = []
  let text = ''
  for (const child of readItems(block)) {
    if (!wasThere(child)) continue
    const type = child.content instanceof Y.ContentType ? child.content.type : null
    if (!(type instanceof Y.XmlText)) {
      text += PART
      continue
    }
    for (const item of readItems(type)) {
      if (!item.countable || !wasThere(item)) continue
      const letters = item.content instanceof Y.ContentString ? item.content.str : PART
      const { client, clock } = item.id
      for (let nr = 0; nr < letters.length; nr++) {
        const id = Y.createID(client, clock + nr)
        const judgement = judge(id)
        if (judgement === 'unseen') unseen.push(text.length + nr)
        else if (judgement === 'recent') recent.push({ at: text.length + nr, clock: id.clock })
      }
      text += letters
    }
  }
  const inOrder = recent.sort((one, other) => one.clock - other.clock)
  return { text, unseen, recent: inOrder.map(({ at }) => at) }
}

function readItems(type: Y.XmlElement | Y.XmlText): Y.Item[] {
  const items: Y.Item[] = []
  for (let item = type._start; item !== null; item = item.right) items.push(item)
  return items
}

/** Puts the words into the lines that came in the place of theirs, and the caret among them, if it was there. */
function putBack({ view }: Editor, before: EditorState, lines: readonly LostLine[]): void {
  const { doc, tr } = view.state
  const change = findChange(before.doc, doc)
  if (change === null) return
  const { start, endBefore, endAfter } = change
  const { selection } = before
  for (const lost of lines) {
    const old = findLines(before.doc, start, endBefore, lost)
    const now = findLines(doc, start, endAfter, lost)
    // Of several lines that are the same it is the one in the same place among them.
    const nr = old.findIndex(({ missing }) => missing.length === 0)
    const place = old.length === now.length ? now[nr] : now.length === 1 ? now[0] : undefined
    if (place === undefined || place.missing.length === 0) continue
    const begin = tr.mapping.map(place.at)
    for (const { from, to } of findRuns(place.missing)) tr.insertText(lost.text.slice(from, to), begin + from)
    const wasHere = selection instanceof TextSelection && selection.$head.start() === old[nr]?.at
    if (!wasHere || !selection.$head.sameParent(selection.$anchor)) continue
    const [anchor, head] = [selection.$anchor.parentOffset, selection.$head.parentOffset]
    tr.setSelection(TextSelection.create(tr.doc, begin + anchor, begin + head))
  }
  if (tr.docChanged) view.dispatch(tr)
}

/** The lines in a part of the document that are a lost one, or were for who did not know all of it: where each begins. */
function findLines(doc: Node, from: number, to: number, { text, unseen, recent }: LostLine) {
  const found: { at: number; missing: readonly number[] }[] = []
  doc.nodesBetween(Math.min(from, to), to, (node, at) => {
    if (!node.isTextblock) return true
    const line = readLine(node)
    const count = text.length - line.length - unseen.length
    if (count < -unseen.length || count > recent.length) return false
    const missing = count < 0 ? [] : [...unseen, ...recent.slice(recent.length - count)]
    missing.sort((one, other) => one - other)
    if (leaveOut(text, missing) === line) found.push({ at: at + 1, missing })
    return false
  })
  return found
}

/** Where letters that follow each other begin and end. */
function findRuns(places: readonly number[]): { from: number; to: number }[] {
  const runs: { from: number; to: number }[] = []
  for (const place of places) {
    const last = runs.at(-1)
    if (last?.to === place) last.to++
    else runs.push({ from: place, to: place + 1 })
  }
  return runs
}

/** A text without the letters at some places, which are in order. */
function leaveOut(text: string, places: readonly number[]): string {
  const ends = [...places, text.length]
  return ends.map((end, nr) => text.slice(nr === 0 ? 0 : (places[nr - 1] ?? 0) + 1, end)).join('')
}
