import * as Y from 'yjs'
import { hasArrived, isHeld } from '../arrival.ts'
import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'
import type { Checkpoint, ClientIndex, RunRecord } from '../record.ts'

/** D1: what was acknowledged is there, after every kill and at the end. */
export const acknowledgedIsKept: Oracle = {
  promise: 'D1',
  title: 'everything acknowledged is kept',
  check(record) {
    return checkCheckpoints(record, (checkpoint, doc) => {
      const broken: Finding[] = []
      let checked = 0
      // Yjs shows an edit only when all earlier ones of its author are there. After a reconnect the provider may
      // send a later one first: it must be kept, although nobody can see it until the client has brought the others.
      const incomplete = new Set<ClientIndex>()
      record.edits.forEach((edit, index) => {
        if (edit.page !== checkpoint.page) return
        if (edit.ackedAt === null || edit.ackedAt > checkpoint.cutAt) {
          incomplete.add(edit.client)
          return
        }
        checked++
        if (hasArrived(doc, edit.evidence)) return
        if (incomplete.has(edit.client) && isHeld(doc, edit.evidence)) return
        const name = record.clients[edit.client]?.name ?? ''
        broken.push({
          message: `An edit of ${name} on ${titleOf(record, checkpoint)} was acknowledged and is gone ${checkpoint.reason}.`,
          ...{ page: edit.page, client: edit.client, edit: index },
          expected: `${describeEdit(edit)}, acknowledged at ${seconds(edit.ackedAt ?? 0)}`,
          found: 'a page without it',
        })
      })
      return { checked, broken }
    })
  },
}

/** D2: what anybody was shown is there, after every kill and at the end. */
export const shownIsKept: Oracle = {
  promise: 'D2',
  title: 'everything anybody was shown is kept',
  check(record) {
    return checkCheckpoints(record, (checkpoint, doc) => {
      const broken: Finding[] = []
      let checked = 0
      for (const { client, clocks, deletions } of checkpoint.shown) {
        checked += clocks.length + deletions.length
        const lostClock = clocks.find((clock) => !hasArrived(doc, { clocks: [clock], deletions: [] }))
        const lostDeletion = deletions.find((deletion) => isContentBack(doc, deletion))
        const lost = lostClock ?? lostDeletion
        if (lost === undefined) continue
        const viewer = record.clients[client]?.name ?? ''
        const edit = findLostEdit(record, doc, lost)
        const author = record.edits[edit ?? -1]
        const whose = author === undefined ? '' : ` of ${record.clients[author.client]?.name}`
        broken.push({
          message: `${viewer} was shown an edit${whose} on ${titleOf(record, checkpoint)} that is gone ${checkpoint.reason}.`,
          ...{ page: checkpoint.page, client, edit },
          expected: author === undefined ? 'all that was shown' : describeEdit(author),
          found: 'a page without it',
        })
      }
      return { checked, broken }
    })
  },
}

/**
 * Whether something that had been deleted is on the page. Formatting does not count: Yjs tidies up by itself what
 * of it is redundant, in every document, and nobody sees a difference.
 */
function isContentBack(
  doc: Y.Doc,
  { client, clock, length }: { readonly client: number; readonly clock: number; readonly length: number },
): boolean {
  const end = Math.min(clock + length, Y.getState(doc.store, client))
  for (let at = clock; at < end; ) {
    const item: Y.Item | Y.GC = Y.getItem(doc.store, Y.createID(client, at))
    if (!item.deleted && item instanceof Y.Item && item.countable) return true
    at = item.id.clock + item.length
  }
  return false
}

function checkCheckpoints(
  record: RunRecord,
  check: (checkpoint: Checkpoint, doc: Y.Doc) => { checked: number; broken: Finding[] },
) {
  const broken: Finding[] = []
  let checked = 0
  for (const checkpoint of record.checkpoints) {
    if (checkpoint.state === null) {
      broken.push({
        message: `${titleOf(record, checkpoint)} could not be opened ${checkpoint.reason}: ${checkpoint.failure}.`,
        ...{
          page: checkpoint.page,
          client: null,
          edit: null,
          expected: 'the page',
          found: checkpoint.failure ?? '',
        },
      })
      continue
    }
    const doc = new Y.Doc()
    Y.applyUpdate(doc, checkpoint.state)
    const result = check(checkpoint, doc)
    checked += result.checked
    broken.push(...result.broken)
    doc.destroy()
    if (broken.length >= MAX_FINDINGS) break
  }
  return { checked, broken: broken.slice(0, MAX_FINDINGS) }
}

/** The first edit that is missing of those that a lost range belongs to. */
function findLostEdit(
  { edits }: RunRecord,
  doc: Y.Doc,
  lost:
    | { readonly client: number; readonly end: number }
    | { readonly client: number; readonly clock: number; readonly length: number },
): number | null {
  const index = edits.findIndex(({ evidence }) => {
    const isIt =
      'end' in lost
        ? evidence.clocks.some(({ client, end }) => client === lost.client && end <= lost.end)
        : evidence.deletions.some(
            ({ client, clock, length }) =>
              client === lost.client && clock < lost.clock + lost.length && lost.clock < clock + length,
          )
    return isIt && !hasArrived(doc, evidence)
  })
  return index < 0 ? null : index
}

function describeEdit({ behaviour, number, marks }: RunRecord['edits'][number]): string {
  return `edit ${number} (${behaviour}${marks.length === 0 ? '' : ` ${JSON.stringify(marks[0])}`})`
}

const titleOf = ({ pages }: RunRecord, { page }: Checkpoint) => pages[page]?.title ?? ''
const seconds = (ms: number) => `${(ms / 1000).toFixed(3)} s`
