import { describe, expect, it } from 'vitest'
import * as Y from 'yjs'
import { createParagraph, textOf } from '../simulator/authors/text-blocks.ts'
import { ORACLES } from '../simulator/oracles/oracles.ts'
import { readPageState } from '../simulator/page-state.ts'
import type { RunRecord } from '../simulator/record.ts'
import { createRecorder, type Recorder } from '../simulator/recorder.ts'
import { judge } from '../simulator/verdict.ts'

/** A page with two authors and a server in between that passes everything on, as far as the test lets it. */
function createWorld() {
  let time = 0
  const recorder = createRecorder(() => time++)
  const page = recorder.addPage({ id: 'page', title: 'Page 0' })
  const server = new Y.Doc()
  const [ann, ben] = ['author 0', 'author 1'].map((name, index) => {
    const doc = new Y.Doc()
    doc.clientID = index + 1
    const client = recorder.addClient({
      ...{ name, userId: name, userName: name, role: 'editor' as const, pages: [page] },
    })
    recorder.addYjsClient(client, page, doc.clientID)
    doc.on('afterTransaction', (transaction: Y.Transaction) => {
      if (transaction.origin === server) recorder.shown(client, page, transaction)
    })
    return { client, doc, fragment: doc.getXmlFragment('default') }
  }) as [Person, Person]

  /** Makes a change and answers its update and its place in the record. */
  function edit(who: Person, change: (fragment: Y.XmlFragment) => void, run: number | null = null) {
    let update: Uint8Array = new Uint8Array()
    who.doc.once('update', (bytes: Uint8Array) => {
      update = bytes
    })
    who.doc.transact(() => change(who.fragment))
    const index = recorder.edited({ client: who.client, page, behaviour: 'type', run, update })
    recorder.sent(index)
    return { update, index }
  }
  const commit = ({ update }: { update: Uint8Array }) => Y.applyUpdate(server, update)
  const show = (who: Person, { update }: { update: Uint8Array }) => {
    recorder.shownDeletions(who.client, page, update)
    Y.applyUpdate(who.doc, update, server)
  }
  const acknowledge = ({ index }: { index: number }) => recorder.answered(index, true)

  return { recorder, page, server, ann, ben, edit, commit, show, acknowledge, now: () => time++ }
}

interface Person {
  readonly client: number
  readonly doc: Y.Doc
  readonly fragment: Y.XmlFragment
}

function look({ recorder, page, server, now }: ReturnType<typeof createWorld>): void {
  recorder.checkpoint({
    ...{ page, reason: 'at the end', cutAt: now(), state: Y.encodeStateAsUpdate(server), failure: null },
  })
}

function finish(
  world: ReturnType<typeof createWorld>,
  changes: { http?: readonly string[] } = {},
): RunRecord {
  const { recorder, page, server, ann, ben } = world
  look(world)
  recorder.ending({
    page,
    fresh: readPageState(server),
    http: { seq: 3, marks: changes.http ?? readPageState(server).marks },
    clients: [ann, ben].map(({ client, doc }) => ({
      ...{ client, state: readPageState(doc), unacknowledged: 0, isConnected: true, mayWrite: true },
    })),
  })
  return finishRecord(recorder)
}

function finishRecord(recorder: Recorder): RunRecord {
  return recorder.finish({
    ...{ seed: 1, scenario: 'test', target: 'nothing', isPrivate: true, startedAt: new Date(0) },
    ...{ activeFrom: 0, activeMs: 1, serverOutput: '' },
  })
}

/** The promises that do not hold, with their first finding's edit. */
const brokenIn = (record: RunRecord) =>
  judge(record, ORACLES)
    .promises.filter(({ ok }) => !ok)
    .map(({ promise, broken }) => [promise, broken[0]?.edit])

const type = (mark: string) => (fragment: Y.XmlFragment) => fragment.push([createParagraph(mark)])

describe('the oracles', () => {
  it('find nothing where everything was kept and shown', () => {
    const world = createWorld()
    const { ann, ben, edit, commit, show, acknowledge } = world
    for (let number = 0; number < 3; number++) {
      const change = edit(ann, type(`0.${number} `), 0)
      commit(change)
      acknowledge(change)
      show(ben, change)
    }
    const deletion = edit(ben, (fragment) => fragment.delete(1, 1))
    commit(deletion)
    acknowledge(deletion)
    show(ann, deletion)
    const record = finish(world)
    expect(brokenIn(record)).toEqual([])
    expect(record.edits.map(({ seenBy, ackedAt }) => [seenBy, ackedAt !== null])).toEqual([
      ...Array.from({ length: 4 }, () => [1, true]),
    ])
    expect(judge(record, ORACLES).promises.filter(({ checked }) => checked > 0)).toMatchObject([
      ...['D1', 'D2', 'C1', 'C2', 'A2'].map((promise) => ({ promise })),
    ])
  })

  it('D1 · find an edit that was acknowledged and is gone', () => {
    const world = createWorld()
    const { ann, edit, commit, acknowledge } = world
    const kept = edit(ann, type('0.0 '))
    commit(kept)
    acknowledge(kept)
    const lost = edit(ann, type('0.1 '))
    acknowledge(lost)
    look(world)
    expect(brokenIn(finishRecord(world.recorder))).toEqual([['D1', lost.index]])
  })

  it('D1 · find a deletion that was acknowledged and is gone', () => {
    const world = createWorld()
    const { ann, edit, commit, acknowledge } = world
    const kept = edit(ann, type('0.0 '))
    commit(kept)
    acknowledge(kept)
    const lost = edit(ann, (fragment) => fragment.delete(0, 1))
    acknowledge(lost)
    look(world)
    expect(brokenIn(finishRecord(world.recorder))).toEqual([['D1', lost.index]])
  })

  it('D1 · do not miss an edit that is kept and waits for an earlier one of its author', () => {
    const world = createWorld()
    const { ann, edit, commit, acknowledge } = world
    edit(ann, type('0.0 '))
    const later = edit(ann, type('0.1 '))
    commit(later)
    acknowledge(later)
    look(world)
    expect(brokenIn(finishRecord(world.recorder))).toEqual([])
  })

  it('D1 · find an edit that is gone although one before it, not acknowledged, has not come either', () => {
    const world = createWorld()
    const { ann, ben, edit, commit, acknowledge } = world
    const shared = edit(ann, type('0.0 '))
    commit(shared)
    acknowledge(shared)
    Y.applyUpdate(ben.doc, shared.update, world.server)
    edit(ann, type('0.1 '))
    const kept = edit(ann, type('0.2 '))
    commit(kept)
    acknowledge(kept)
    const lost = edit(ann, type('0.3 '))
    acknowledge(lost)
    look(world)
    expect(brokenIn(finishRecord(world.recorder))).toEqual([['D1', lost.index]])
  })

  it('D1 · a deletion waits with what it deletes, and is found when it is gone', () => {
    for (const isKept of [true, false]) {
      const world = createWorld()
      const { ann, edit, commit, acknowledge } = world
      edit(ann, type('0.0 '))
      const later = edit(ann, type('0.1 '))
      commit(later)
      acknowledge(later)
      const deletion = edit(ann, (fragment) => fragment.delete(1, 1))
      if (isKept) commit(deletion)
      acknowledge(deletion)
      look(world)
      expect(brokenIn(finishRecord(world.recorder))).toEqual(isKept ? [] : [['D1', deletion.index]])
    }
  })

  it('D1 · do not hold against the server what it acknowledged only after the look', () => {
    const world = createWorld()
    const late = world.edit(world.ann, type('0.0 '))
    look(world)
    world.acknowledge(late)
    expect(brokenIn(finishRecord(world.recorder))).toEqual([])
  })

  it('D2 · find an edit that was shown to somebody and is gone, though nobody acknowledged it', () => {
    const world = createWorld()
    const { ann, ben, edit, commit, show } = world
    commit(edit(ann, type('0.0 ')))
    show(ben, { update: Y.encodeStateAsUpdate(world.server) })
    const lost = edit(ann, type('0.1 '))
    show(ben, lost)
    look(world)
    expect(brokenIn(finishRecord(world.recorder))).toEqual([['D2', lost.index]])
  })

  it('D2 · find a deletion that was shown to somebody and is undone', () => {
    const world = createWorld()
    const { ann, ben, edit, commit, show } = world
    const paragraph = edit(ann, type('0.0 '))
    commit(paragraph)
    show(ben, paragraph)
    const lost = edit(ann, (fragment) => fragment.delete(0, 1))
    show(ben, lost)
    look(world)
    expect(brokenIn(finishRecord(world.recorder))).toEqual([['D2', lost.index]])
  })

  it('D2 · take what a deleted paragraph takes along for shown by nobody', () => {
    const world = createWorld()
    const { ann, ben, edit, commit, show } = world
    const paragraph = edit(ann, type('0.0 '))
    commit(paragraph)
    show(ben, paragraph)
    edit(ben, (fragment) => textOf(fragment.get(0) as Y.XmlElement).insert(0, '1.0 '))
    const deletion = edit(ann, (fragment) => fragment.delete(0, 1))
    commit(deletion)
    show(ben, deletion)
    look(world)
    expect(brokenIn(finishRecord(world.recorder))).toEqual([])
  })

  it('C1 · find a client, or the HTTP API, that holds something else', () => {
    const world = createWorld()
    const { ann, edit, commit, acknowledge } = world
    const change = edit(ann, type('0.0 '))
    commit(change)
    acknowledge(change)
    expect(brokenIn(finish(world))).toEqual([['C1', null]])

    const other = createWorld()
    const shown = other.edit(other.ann, type('0.0 '))
    other.commit(shown)
    other.show(other.ben, shown)
    expect(brokenIn(finish(other, { http: [] }))).toEqual([['C1', null]])
  })

  it('C1 · find somebody who did not get back, unless they were refused', () => {
    const { recorder, page, server, ann } = createWorld()
    const state = readPageState(server)
    const held = { client: ann.client, state, unacknowledged: 0, isConnected: false, mayWrite: false }
    recorder.ending({ page, fresh: state, http: null, clients: [held] })
    expect(brokenIn(finishRecord(recorder))).toEqual([['C1', null]])
    recorder.connection({
      ...{
        client: ann.client,
        transport: 'document',
        page,
        state: 'refused',
        reason: 'forbidden',
        ours: false,
      },
    })
    expect(brokenIn(finishRecord(recorder))).toEqual([])
  })

  it('C2 · find a mark that is there more often than it was put in', () => {
    const world = createWorld()
    const { ann, ben, server, edit, commit, show } = world
    const change = edit(ann, type('0.0 '))
    commit(change)
    show(ben, change)
    server.getXmlFragment('default').push([createParagraph('0.0 ')])
    const doubled = { update: Y.encodeStateAsUpdate(server) }
    show(ann, doubled)
    show(ben, doubled)
    // Nobody wrote the second one.
    expect(brokenIn(finish(world))).toEqual([
      ['C2', change.index],
      ['A2', null],
    ])
  })

  it('C2 · find words of a burst in another order than they were typed in', () => {
    const world = createWorld()
    const { ann, ben, edit, commit, show } = world
    const changes = [
      edit(ann, type('0.0 '), 0),
      edit(ann, (fragment) => fragment.insert(0, [createParagraph('0.1 ')]), 0),
    ]
    for (const change of changes) {
      commit(change)
      show(ben, change)
    }
    expect(brokenIn(finish(world))).toEqual([['C2', changes[1]?.index]])
  })

  it('D5 · find a page that went back, and a past that is not there', () => {
    const { recorder } = createWorld()
    const reading = { page: 0, status: 200, marks: null }
    recorder.seqReading({ ...reading, askedAt: 1, answeredAt: 2, at: null, seq: 5 })
    recorder.seqReading({ ...reading, askedAt: 3, answeredAt: 4, at: null, seq: 4 })
    expect(brokenIn(finishRecord(recorder))).toEqual([['D5', null]])

    const other = createWorld().recorder
    other.seqReading({ ...reading, askedAt: 1, answeredAt: 2, at: 3, seq: null, status: 404 })
    expect(brokenIn(finishRecord(other))).toEqual([['D5', null]])

    const busy = createWorld().recorder
    busy.seqReading({ ...reading, askedAt: 1, answeredAt: 4, at: null, seq: 5 })
    busy.seqReading({ ...reading, askedAt: 2, answeredAt: 3, at: null, seq: 4 })
    busy.seqReading({ ...reading, askedAt: 5, answeredAt: 6, at: 3, seq: null, status: 429 })
    expect(brokenIn(finishRecord(busy))).toEqual([])
  })
})
