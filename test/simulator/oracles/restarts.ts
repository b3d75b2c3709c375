import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'
import type { ConnectionRecord, RestartRecord, RunRecord } from '../record.ts'

/** From so many connections on their moments must be spread. */
const ENOUGH = 10
/** This share of all within so many ms is no spread: by chance it happens once in a million times. */
const CROWD = { share: 0.8, ms: 100 }

/** How long after the moment that they were told, or else after the end, people have until they are back, ms. */
const COME_BACK_MS = 10_000

/** V2: a restart is orderly, everybody is told a moment of their own to come back, and everybody does. */
export const restartsAreOrderly: Oracle = {
  promise: 'V2',
  title: 'a restart asks everybody to come back at a moment of their own',
  check(record) {
    const broken: Finding[] = []
    let checked = 0
    const note = (finding: Partial<Finding> & Pick<Finding, 'message' | 'expected' | 'found'>) =>
      broken.push({ page: null, client: null, edit: null, ...finding })
    for (const restart of record.restarts) {
      checked++
      if (!restart.isOrderly)
        note({
          message: 'The server was asked to stop and did not end by itself without an error.',
          ...{ expected: 'an end with code 0 in time', found: 'a signal, or another code' },
        })
      const told = record.comeBacks.filter(
        ({ toldAt }) => toldAt >= restart.askedAt && isBefore(toldAt, restart),
      )
      for (const { client, page, transport } of connectionsAt(record, restart)) {
        checked++
        const { name } = record.clients[client] ?? { name: '' }
        const what = transport === 'document' ? record.pages[page ?? -1]?.title : 'Socket.IO'
        if (
          transport !== 'http' &&
          !told.some((one) => one.client === client && one.transport === transport && one.page === page)
        )
          note({
            message: `${name} was not told when to come back to ${what} when the server stopped.`,
            ...{ client, page, expected: 'a moment', found: 'none' },
          })
        const isBack = record.connections.some(
          (one) =>
            one.client === client &&
            one.transport === transport &&
            one.page === page &&
            one.at > restart.endedAt &&
            (one.state === 'open' || one.state === 'open-readonly'),
        )
        const word = told.find(
          (one) => one.client === client && one.transport === transport && one.page === page,
        )
        const dueAt = restart.endedAt + (word?.inMs ?? 0) + COME_BACK_MS
        const hasLeft = record.connections.some(
          (one) => one.client === client && one.ours && one.at > restart.endedAt && one.at < dueAt,
        )
        if (!isBack && !hasLeft)
          note({
            message: `${name} did not come back to ${what} after the server was restarted.`,
            ...{ client, page, expected: 'an open connection', found: 'none' },
          })
      }
      const moments = told.map(({ inMs }) => inMs).sort((a, b) => a - b)
      if (moments.length < ENOUGH) continue
      checked++
      const crowd = largestCrowd(moments)
      if (crowd >= CROWD.share * moments.length)
        note({
          message: `${crowd} of ${moments.length} connections were asked to come back in the same moment.`,
          ...{ expected: 'moments that are spread', found: `${crowd} within ${CROWD.ms} ms` },
        })
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}

/** The word may arrive a little after the process has ended. */
const isBefore = (at: number, { endedAt }: RestartRecord) => at <= endedAt + 5_000

/** Who was connected when the server was asked to stop, and did not leave by themselves before it had ended. */
function connectionsAt({ connections }: RunRecord, { askedAt, endedAt }: RestartRecord): ConnectionRecord[] {
  const open = new Map<string, ConnectionRecord>()
  for (const change of connections) {
    const key = `${change.client}/${change.transport}/${change.page}`
    const isOpen = change.state === 'open' || change.state === 'open-readonly'
    if (change.at < askedAt ? !isOpen : change.at < endedAt + 5_000 && change.ours) open.delete(key)
    else if (change.at < askedAt) open.set(key, change)
  }
  return [...open.values()]
}

function largestCrowd(moments: readonly number[]): number {
  return Math.max(
    ...moments.map((from, index) => moments.findLastIndex((at) => at <= from + CROWD.ms) - index + 1),
  )
}
