import * as Y from 'yjs'
import { createParagraph } from '../simulator/authors/text-blocks.ts'
import type { Oracle } from '../simulator/oracle.ts'
import { createRandom } from '../simulator/random.ts'
import type { RightsChange, RunRecord } from '../simulator/record.ts'
import { createRecorder } from '../simulator/recorder.ts'
import type { RunReport } from '../simulator/report/run-report.ts'
import { createSeries } from '../simulator/report/series.ts'
import { summarize } from '../simulator/summary.ts'
import { judge, type Verdict } from '../simulator/verdict.ts'

/** What no report may let through as it is. */
export const HOSTILE_TEXT = `</script><img src=x onerror="alert('1')"> & ]]> \u0000`

/** Nobody writes in it, and no server is there: a record of a run as a real one could be, for tests of reports. */
export function createSimulatedRun(seconds = 30): RunRecord {
  let now = 0
  const random = createRandom(5)
  const recorder = createRecorder(() => now)
  const page = recorder.addPage({ id: 'page', title: 'Page 0' })
  const clients = ['author 0', 'author 1', 'author 2'].map((name) =>
    recorder.addClient({ name, userId: name, userName: name, role: 'editor', pages: [page] }),
  )
  const doc = new Y.Doc()
  doc.getXmlFragment('default').insert(0, [createParagraph('0.0 ')])
  const update = Y.encodeStateAsUpdate(doc)
  recorder.resources({ phase: 'before', process: 0, rssBytes: 120e6, metrics: {} })
  now = 1_000
  for (const client of clients)
    recorder.connection({ client, page, transport: 'document', state: 'open', reason: '', ours: false })
  now = 2_000
  const end = now + seconds * 1_000
  const rights: RightsChange[] = []
  const givenBack: RightsChange[] = []
  let nextFault = 8_000
  let nextChange = 3_000
  while (now < end) {
    const madeAt = now
    const client = random.pick(clients)
    const edit = recorder.edited({ client, page, behaviour: 'type', run: null, update })
    recorder.sent(edit)
    now = madeAt + 2 + 20 * random.next() ** 4 + (random.chance(0.02) ? 80 : 0)
    recorder.answered(edit, true)
    now = madeAt + 25 + 30 * random.next()
    if (now > nextFault) {
      const fault = recorder.fault('crash', 'the server was killed')
      for (const each of clients)
        recorder.connection({ ...{ client: each, page, transport: 'document' }, ...CLOSED })
      const late = recorder.edited({ client, page, behaviour: 'type', run: null, update })
      recorder.sent(late)
      now += 900 + 600 * random.next()
      for (const each of clients)
        recorder.connection({ ...{ client: each, page, transport: 'document' }, ...OPEN })
      recorder.answered(late, true)
      fault.end()
      recorder.checkpoint({
        ...{ page, reason: 'after the server was killed', cutAt: now, state: update, failure: null },
      })
      nextFault = now + 6_000
    }
    if (now > nextChange) {
      const change = { client: rights.length % clients.length, page, way: 'role', eventsEffectAt: null }
      const effectAt = now + 15 + 120 * random.next() ** 2
      rights.push({ ...change, to: 'viewer', askedAt: now, answeredAt: now + 10, effectAt })
      givenBack.push({
        ...{ ...change, to: 'editor', askedAt: now + 2_000, answeredAt: now + 2_010, effectAt: null },
      })
      recorder.resources({ phase: 'during', process: 0, rssBytes: 150e6 + 3e6 * random.next(), metrics: {} })
      nextChange = now + 1_500
    }
  }
  const record = recorder.finish({
    ...{
      seed: 4711,
      scenario: 'crash',
      target: 'a server that is broken on purpose',
      startedAt: new Date('2026-01-15T09:30:00Z'),
    },
    ...{ activeFrom: 2_000, activeMs: seconds * 1_000, serverOutput: 'listening\n', isPrivate: true },
  })
  const edits = record.edits.map((edit) => ({
    ...edit,
    seenAt: edit.ackedAt === null ? null : edit.ackedAt + 1 + 3 * random.next(),
    seenBy: 2,
  }))
  return { ...record, edits, rights: [...rights, ...givenBack].sort((a, b) => a.askedAt - b.askedAt) }
}

const OPEN = { state: 'open', reason: '', ours: false } as const
const CLOSED = { state: 'closed', reason: '1006', ours: false } as const

/** A verdict on it: one promise broken, two held and one not tested. */
export function createSimulatedVerdict(record: RunRecord): Verdict {
  const fault = record.faults[0]?.beganAt ?? Number.POSITIVE_INFINITY
  const lost = record.edits.flatMap(({ client, number, sentAt }, edit) => {
    if (sentAt === null || sentAt > fault || sentAt < fault - 150) return []
    const name = record.clients[client]?.name
    return [
      {
        message: `An edit of ${name} on Page 0 was acknowledged and is gone after the server was killed.`,
        ...{ page: 0, client, edit, expected: `edit ${number} (type "0.0 ")` },
        found: edit % 2 === 0 ? 'a page without it' : HOSTILE_TEXT,
      },
    ]
  })
  const held = (promise: string, title: string, checked: number): Oracle => ({
    ...{ promise, title },
    check: () => ({ checked, broken: [] }),
  })
  return judge(record, [
    {
      ...{ promise: 'D1', title: 'everything acknowledged is kept' },
      check: () => ({ checked: record.edits.length, broken: lost }),
    },
    held('D1', 'nothing is acknowledged before it is durable', 40),
    held('C1', 'after quiet, everybody has the same page', 3),
    held('E4', 'no ghosts after quiet', 0),
  ])
}

/** The report of that run, with a smaller one that breaks the same. */
export function createSimulatedReport(): RunReport {
  const record = createSimulatedRun()
  const summary = summarize(record, createSimulatedVerdict(record))
  const small = createSimulatedRun(7.5)
  return {
    ...{ summary, series: createSeries(record, summary) },
    purpose: 'The server is killed and started again, over and over, while people type.',
    repeat: 'npm run simulate -- crash --seed 4711',
    smaller: {
      repeat:
        "npm run simulate -- crash --seed 4711 --keep-clients 'author 0,author 1,author 2' --keep-until 7500ms",
      summary: summarize(small, createSimulatedVerdict(small)),
    },
  }
}
