import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'
import type { EditRecord, RunRecord } from '../record.ts'

/** From so many edits on, in attacks and between them, latencies can be compared. */
const ENOUGH = 40
/** What the 95th percentile may be under attack: so many times that of calm moments, and so many ms more. */
const SLOWER = { factor: 5, ms: 500 }
/** Closings with these words blame the client. */
const BLAME = [
  ...[
    'malformed-frame',
    'malformed-update',
    'unknown-message-type',
    'update-too-large',
    'awareness-too-large',
  ],
  ...['frame-too-large', 'too-many-connections', 'too-many-pages', 'too-many-frames', 'too-slow'],
]

/** V3: hostile connections do not slow the others, and nobody else is put out for them. */
export const neighboursAreSpared: Oracle = {
  promise: 'V3',
  title: 'hostile connections harm nobody but themselves',
  check(record) {
    const attacks = record.faults.filter(({ kind }) => kind === 'attack')
    if (attacks.length === 0) return { checked: 0, broken: [] }
    const broken: Finding[] = []
    const honest = record.edits.filter(
      ({ client, ackedAt }) => ackedAt !== null && record.clients[client]?.role === 'editor',
    )
    const isAttacked = ({ sentAt }: EditRecord) =>
      attacks.some(
        ({ beganAt, endedAt }) =>
          (sentAt ?? 0) >= beganAt && (sentAt ?? 0) <= (endedAt ?? Number.POSITIVE_INFINITY),
      )
    const attacked = honest.filter(isAttacked)
    const calm = honest.filter((edit) => !isAttacked(edit) && (edit.sentAt ?? 0) <= end(record))
    let checked = 0
    if (attacked.length >= ENOUGH && calm.length >= ENOUGH) {
      checked += attacked.length
      const [is, was] = [p95(record, attacked), p95(record, calm)]
      const most = was * SLOWER.factor + SLOWER.ms
      if (is > most)
        broken.push({
          message: 'Saving took much longer while hostile connections were there.',
          ...{ page: null, client: null, edit: null },
          expected: `at most ${Math.round(most)} ms at the 95th percentile`,
          found: `${Math.round(is)} ms`,
        })
    }
    for (const { client, page, state, reason, ours } of record.connections) {
      if (state === 'open' || state === 'open-readonly' || ours) continue
      checked++
      if (!BLAME.includes(reason)) continue
      const { name } = record.clients[client] ?? { name: '' }
      broken.push({
        message: `${name} was put out with ${reason}, having done nothing of the sort.`,
        ...{ page, client, edit: null, expected: 'an open connection', found: reason },
      })
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}

const end = ({ activeFrom, activeMs }: RunRecord) => activeFrom + activeMs

/** Of the time from sending to the answer, ms; without what the simulator itself was late meanwhile. */
function p95({ lags }: RunRecord, edits: readonly EditRecord[]): number {
  const times = edits
    .map(({ sentAt, ackedAt }) => {
      const [from, to] = [sentAt ?? 0, ackedAt ?? 0]
      const late = lags
        .filter(({ at, ms }) => at >= from && at - ms <= to)
        .reduce((sum, { ms }) => sum + ms, 0)
      return Math.max(0, to - from - late)
    })
    .sort((a, b) => a - b)
  return times[Math.floor(times.length * 0.95)] ?? 0
}
