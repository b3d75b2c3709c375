import * as Y from 'yjs'
import { createParagraph } from '../simulator/authors/text-blocks.ts'
import type { Oracle } from '../simulator/oracle.ts'
import type { EditRecord, RunRecord } from '../simulator/record.ts'

/** A run with two pages, an editor of both and a viewer of the first, in which nothing happened. */
export function createRunRecord(changes: Partial<RunRecord> = {}): RunRecord {
  return {
    ...{ seed: 1, scenario: 'test', target: 'nothing', isPrivate: true, startedAt: new Date(0) },
    ...{ activeFrom: 0, activeMs: 10_000, serverOutput: '' },
    pages: [
      { id: 'page-0', title: 'Page 0' },
      { id: 'page-1', title: 'Page 1' },
    ],
    clients: [
      {
        ...{ name: 'author 0', userId: 'ann', userName: 'Ann', role: 'editor', pages: [0, 1] },
        yjsClients: [{ page: 0, id: 10 }],
      },
      {
        ...{ name: 'viewer 1', userId: 'ben', userName: 'Ben', role: 'viewer', pages: [0] },
        yjsClients: [{ page: 0, id: 11 }],
      },
    ],
    ...{ edits: [], connections: [], faults: [], checkpoints: [], endings: [], seqReadings: [], rights: [] },
    ...{ requests: [], facts: [], restReadings: [], resources: [], carets: [], presence: [] },
    ...{ deliveries: [], lags: [], outages: [], restarts: [], comeBacks: [] },
    ...changes,
  }
}

/** An edit of page 0 that puts in a mark, and the page with nothing but that. */
export function createEdit(changes: Partial<EditRecord>): { edit: EditRecord; state: Uint8Array } {
  const doc = new Y.Doc()
  doc.clientID = 77
  doc.getXmlFragment('default').push([createParagraph('1.0 ')])
  const edit: EditRecord = {
    ...{ client: 1, page: 0, number: 0, behaviour: 'type', madeAt: 100, marks: ['1.0 '], run: null },
    evidence: { clocks: [{ client: 77, end: Y.getState(doc.store, 77) }], deletions: [] },
    ...{ sentAt: 100, ackedAt: null, refusedAt: null, seenAt: null, seenBy: 0 },
    ...changes,
  }
  return { edit, state: Y.encodeStateAsUpdate(doc) }
}

/** What an oracle finds in such a run, in words. */
export function messagesOf(oracle: Oracle, changes: Partial<RunRecord>): string[] {
  return oracle.check(createRunRecord(changes)).broken.map(({ message }) => message)
}
