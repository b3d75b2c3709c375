import { messageOf, pageIdOf } from '../facts.ts'
import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'
import type { FactRecord, RequestRecord, RunRecord } from '../record.ts'
import { factsOfConnections, readMessages } from './facts-are-true.ts'

/** E2: messages come to everybody on the page once, in order and without gaps, and are stored once. */
export const messagesOnce: Oracle = {
  promise: 'E2',
  title: 'messages come once, in their order, and none is missing',
  check(record) {
    const broken: Finding[] = []
    let checked = 0
    for (const result of [...checkConnections(record), ...checkStored(record)]) {
      checked++
      if (result !== null) broken.push(result)
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}

/** One entry for each thing that was looked at: null where it holds. */
function* checkConnections(record: RunRecord): Generator<Finding | null> {
  for (const facts of factsOfConnections(record).values()) {
    const [first] = facts
    if (first === undefined) continue
    const { client, connection } = first
    const requests = record.requests.filter(
      (request) => request.client === client && request.connection === connection,
    )
    const events = new Set<string>()
    for (const { name, payload } of facts) {
      const { eventId } = (payload ?? {}) as { eventId?: string }
      if (eventId === undefined) continue
      yield events.has(eventId)
        ? finding(record, client, pageIdOf(payload), `was told one ${name} twice`, 'once', 'twice')
        : null
      events.add(eventId)
    }
    for (const { id } of record.pages) yield* checkPage(record, client, id, facts, requests)
  }
}

function* checkPage(
  record: RunRecord,
  client: number,
  pageId: string,
  facts: readonly FactRecord[],
  requests: readonly RequestRecord[],
): Generator<Finding | null> {
  const seen = new Set<number>()
  const steps: { at: number; kind: 'fact' | 'joined'; revision: number }[] = []
  for (const { name, payload, at } of facts) {
    const revision = (payload as { revision?: number } | null)?.revision
    if (!name.startsWith('message_') || revision === undefined || pageIdOf(payload) !== pageId) continue
    steps.push({ at, kind: 'fact', revision })
    seen.add(revision)
  }
  let unanswered = 0
  for (const { name, payload, answer, answeredAt } of requests) {
    if (pageIdOf(payload) !== pageId) continue
    // Whoever changes a message hears of it by the answer alone.
    if (name.endsWith('_message') && answeredAt === null) unanswered++
    const own = messageOf(answer)
    if (own !== null) seen.add(own.revision)
    const { messagesRevision } = (answer ?? {}) as { messagesRevision?: number }
    if (name === 'join_page' && answeredAt !== null && messagesRevision !== undefined)
      steps.push({ at: answeredAt, kind: 'joined', revision: messagesRevision })
  }
  steps.sort((a, b) => a.at - b.at)
  let newest = 0
  let from: number | null = null
  const missing: number[] = []
  for (const { kind, revision } of steps) {
    if (kind === 'joined') {
      from = revision
      continue
    }
    yield revision > newest
      ? null
      : finding(
          record,
          client,
          pageId,
          'was told of messages in another order',
          `a revision above ${newest}`,
          String(revision),
        )
    if (from !== null) {
      for (let each = from + 1; each < revision; each++) if (!seen.has(each)) missing.push(each)
      from = Math.max(from, revision)
    }
    newest = Math.max(newest, revision)
  }
  yield missing.length <= unanswered
    ? null
    : finding(
        record,
        client,
        pageId,
        'was not told of every message',
        `revision ${missing[0]}`,
        'the next one',
      )
}

/** What was acknowledged is in the list once, also when it was sent more than once. */
function* checkStored(record: RunRecord): Generator<Finding | null> {
  const stored = readMessages(record)
  const lists = record.restReadings.filter(({ path, status }) => path.endsWith('/messages') && status === 200)
  for (const { path, body } of lists) {
    const ids = (body as { items: readonly { id: string }[] }).items.map(({ id }) => id)
    const twice = ids.find((id, place) => ids.indexOf(id) < place)
    const pageId = /^\/api\/pages\/([^/]+)\//.exec(path)?.[1] ?? null
    yield twice === undefined
      ? null
      : finding(record, null, pageId, 'is in the list of messages twice', 'once', `${twice} twice`)
  }
  for (const { client, name, payload, answer } of record.requests) {
    const pageId = pageIdOf(payload)
    const message = messageOf(answer)
    if (name !== 'send_message' || message === null || pageId === null) continue
    const list = stored.get(pageId)
    if (list === undefined) continue
    yield list.has(message.id)
      ? null
      : finding(
          record,
          client,
          pageId,
          'sent a message that was acknowledged and is gone',
          message.id,
          'no such message',
        )
  }
}

function finding(
  record: RunRecord,
  client: number | null,
  pageId: string | null,
  what: string,
  expected: string,
  found: string,
): Finding {
  const page = record.pages.findIndex(({ id }) => id === pageId)
  const who = client === null ? 'A message' : record.clients[client]?.name
  const where = page < 0 ? '' : ` on ${record.pages[page]?.title}`
  return {
    message: `${who}${where} ${what}.`,
    page: page < 0 ? null : page,
    client,
    edit: null,
    expected,
    found,
  }
}
