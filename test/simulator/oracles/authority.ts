import * as Y from 'yjs'
import { hasArrived } from '../arrival.ts'
import { isOfRoom, pageIdOf } from '../facts.ts'
import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'
import { type Ban, dueAt, findBans, wasDisturbed } from '../permissions.ts'
import type { ConnectionRecord, Ms, RightsChange, RunRecord } from '../record.ts'

/** A1: who may not view a page is not let in to it, by no interface. */
export const outsidersStayOut: Oracle = {
  promise: 'A1',
  title: 'nobody gets into a page without permission to view it',
  check(record) {
    const broken: Finding[] = []
    let checked = 0
    const bans = findBans(record, 'view')
    const note = (ban: Ban, at: Ms, found: string) => {
      const { name, title } = describe(record, ban)
      broken.push({
        message: `${name} had no permission to view ${title} and ${found}, ${ban.change === null ? 'never having had it' : `${seconds(at - ban.from)} after losing it`}.`,
        ...{ page: ban.page, client: ban.client, edit: null, expected: 'a refusal', found },
      })
    }
    for (const ban of bans) {
      const due = dueAt(record, ban)
      const isIn = (at: Ms) => at > due && at < ban.until
      for (const { client, page, at, state } of record.connections) {
        if (client !== ban.client || page !== ban.page || !isIn(at)) continue
        checked++
        if (state === 'open' || state === 'open-readonly') note(ban, at, 'could open it')
      }
      for (const { client, page, at, what, over } of record.deliveries) {
        if (client !== ban.client || page !== ban.page || over !== 'new connection' || !isIn(at)) continue
        if (what === 'content') note(ban, at, 'was sent its text')
      }
      for (const { client, name, payload, askedAt, answeredAt, answer } of record.requests) {
        if (client !== ban.client || name !== 'join_page' || answeredAt === null || !isIn(askedAt)) continue
        if ((payload as { pageId?: string }).pageId !== record.pages[ban.page]?.id) continue
        checked++
        if ((answer as { ok?: boolean }).ok === true && answeredAt < ban.until)
          note(ban, answeredAt, 'could follow its events')
      }
      for (const { client, path, at, status } of record.restReadings) {
        if (client !== ban.client || !path.includes(record.pages[ban.page]?.id ?? '') || !isIn(at)) continue
        checked++
        if (status === 200) note(ban, at, 'could read it over HTTP')
      }
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}

/** A2: nothing that somebody wrote without permission is stored or shown. */
export const onlyEditorsWrite: Oracle = {
  promise: 'A2',
  title: 'no update of a viewer or of somebody revoked is taken',
  check(record) {
    const broken: Finding[] = []
    let checked = 0
    const docs = record.checkpoints.map(({ page, cutAt, state, reason }) => {
      const doc = new Y.Doc()
      if (state !== null) Y.applyUpdate(doc, state)
      return { page, cutAt, doc, reason }
    })
    for (const ban of findBans(record, 'write')) {
      const due = ban.change === null ? ban.from : dueAt(record, ban)
      const isIn = (at: Ms | null) => at !== null && at > due && at < ban.until
      const { name, title } = describe(record, ban)
      record.edits.forEach((edit, index) => {
        if (edit.client !== ban.client || edit.page !== ban.page) return
        // What only deletes may have been deleted by others as well: it proves nothing.
        if (!isIn(edit.sentAt ?? edit.madeAt) || edit.evidence.clocks.length === 0) return
        checked++
        const stored = docs.find(
          ({ page, cutAt, doc }) => page === ban.page && isIn(cutAt) && hasArrived(doc, edit.evidence),
        )
        const what =
          stored !== undefined
            ? `is on the page ${stored.reason}`
            : isIn(edit.seenAt)
              ? 'was shown to others'
              : isIn(edit.ackedAt)
                ? 'was acknowledged'
                : null
        if (what === null) return
        broken.push({
          message: `An edit that ${name} made on ${title} without permission ${what}.`,
          ...{ page: ban.page, client: ban.client, edit: index },
          expected: 'a refusal',
          found: `edit ${edit.number} (${edit.behaviour} ${JSON.stringify(edit.marks[0] ?? '')}) ${what}`,
        })
      })
      for (const { client, page, at, what } of record.deliveries) {
        if (client !== ban.client || page !== ban.page || what !== 'stored' || !isIn(at)) continue
        broken.push({
          message: `${name} was told that what they wrote on ${title} without permission is stored.`,
          ...{ page, client, edit: null, expected: 'a refusal', found: 'an acknowledgement' },
        })
      }
    }
    for (const { doc } of docs) doc.destroy()
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}

/** A3: a lost permission takes effect on open connections, and nothing comes over them afterwards. */
export const revocationTakesEffect: Oracle = {
  promise: 'A3',
  title: 'a lost permission takes effect on open connections at once',
  check(record) {
    const broken: Finding[] = []
    let checked = 0
    for (const { change, ban, transport, effectAt } of findAwaitedEffects(record)) {
      checked++
      const due = dueAt(record, ban)
      if (effectAt !== null && effectAt <= due) continue
      const { name, title } = describe(record, ban)
      const found = effectAt === null ? 'no effect' : `effect after ${seconds(effectAt - ban.from)}`
      broken.push({
        message: `${name} lost ${change.to === 'viewer' ? 'the permission to write on' : 'access to'} ${title} (${change.way}), and their ${transport} connection went on.`,
        ...{ page: ban.page, client: ban.client, edit: null },
        ...{ expected: `effect within ${seconds(due - ban.from)} of the answer`, found },
      })
    }
    for (const ban of findBans(record, 'view')) {
      const due = dueAt(record, ban)
      const isLate = (at: Ms) => at > due && at < ban.until
      const { name, title } = describe(record, ban)
      const note = (at: Ms, found: string) =>
        broken.push({
          message: `${found} on ${title} reached ${name} ${seconds(at - ban.from)} after they lost it.`,
          ...{ page: ban.page, client: ban.client, edit: null, expected: 'nothing', found },
        })
      for (const { client, page, at, over } of record.deliveries) {
        if (client === ban.client && page === ban.page && over === 'old connection' && isLate(at))
          note(at, 'Text')
      }
      for (const { client, name: fact, payload, at } of record.facts) {
        if (client !== ban.client || !isLate(at) || !isOfRoom(fact)) continue
        if (pageIdOf(payload) === record.pages[ban.page]?.id) note(at, `A ${fact}`)
      }
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}

/**
 * How long each withdrawal took from the request to its effect on an open connection, ms, in the order of asking;
 * those that had none, or were disturbed by a fault, are left out.
 */
export function readRevocationLatencies(record: RunRecord): number[] {
  return findAwaitedEffects(record).flatMap(({ change, effectAt }) =>
    effectAt === null ? [] : [Math.max(0, effectAt - change.askedAt)],
  )
}

interface AwaitedEffect {
  readonly ban: Ban
  readonly change: RightsChange
  readonly transport: 'document' | 'Socket.IO'
  readonly effectAt: Ms | null
}

/** The withdrawals that must show on a connection which was open then and not closed by the client itself. */
function findAwaitedEffects(record: RunRecord): AwaitedEffect[] {
  const bans = [
    ...findBans(record, 'write').filter(({ change }) => change?.to === 'viewer'),
    ...findBans(record, 'view'),
  ]
  return bans.flatMap((ban) => {
    const { change } = ban
    if (change === null) return []
    const due = dueAt(record, ban)
    // What was given back before that need not have shown.
    if (ban.until < due || wasDisturbed(record, change.askedAt, due)) return []
    const { effectAt, eventsEffectAt } = change
    const awaited: AwaitedEffect[] = []
    if (isAwaited(record, ban, change, 'document', effectAt, due))
      awaited.push({ ban, change, transport: 'document', effectAt })
    if (change.to === 'none' && isAwaited(record, ban, change, 'events', eventsEffectAt, due))
      awaited.push({ ban, change, transport: 'Socket.IO', effectAt: eventsEffectAt })
    return awaited
  })
}

function isAwaited(
  { connections }: RunRecord,
  { client, page }: Ban,
  { askedAt }: RightsChange,
  transport: ConnectionRecord['transport'],
  effectAt: Ms | null,
  due: Ms,
): boolean {
  const own = connections.filter(
    (each) => each.client === client && each.transport === transport && (each.page ?? page) === page,
  )
  const before = own.filter(({ at }) => at < askedAt).at(-1)?.state
  const hasLeft = own.some(({ at, ours }) => ours && at >= askedAt && at <= (effectAt ?? due))
  return (before === 'open' || before === 'open-readonly') && !hasLeft
}

const describe = (record: RunRecord, { client, page }: Ban) => ({
  name: record.clients[client]?.name ?? '',
  title: record.pages[page]?.title ?? '',
})
const seconds = (ms: number) => `${(ms / 1000).toFixed(3)} s`
