import { type MessageShape, messageOf, pageIdOf } from '../facts.ts'
import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'
import type { FactRecord, RunRecord } from '../record.ts'

/** E1: what a fact or an answer said is what the API says afterwards, also when the server was killed meanwhile. */
export const factsAreTrue: Oracle = {
  promise: 'E1',
  title: 'every fact is what the API then says',
  check(record) {
    const broken: Finding[] = []
    let checked = 0
    const messages = readMessages(record)
    const pages = readPages(record)
    const seqs = new Map(record.endings.map(({ page, http }) => [record.pages[page]?.id, http?.seq]))
    const told = [
      ...record.facts.map(({ client, name, payload }) => ({ client, name, payload })),
      ...record.requests.flatMap(({ client, name, answer }) =>
        (answer as { ok?: boolean } | null)?.ok === true
          ? [{ client, name: `answer to ${name}`, payload: answer }]
          : [],
      ),
    ]
    for (const { client, name, payload } of told) {
      const pageId = pageIdOf(payload) ?? messageOf(payload)?.pageId ?? null
      const page = record.pages.findIndex(({ id }) => id === pageId)
      if (page < 0) continue
      const difference =
        compareMessage(payload, messages.get(pageId ?? '')) ??
        comparePage(payload, pages.get(pageId ?? '')) ??
        compareSeq(name, payload, seqs.get(pageId ?? ''))
      if (difference === undefined) continue
      checked++
      if (difference === null) continue
      broken.push({
        message: `${record.clients[client]?.name} was told on ${record.pages[page]?.title} (${name}) what the API does not say.`,
        ...{ page, client, edit: null, expected: difference.expected, found: difference.found },
      })
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}

/** Undefined where there is nothing to compare, null where it agrees. */
type Difference = { readonly expected: string; readonly found: string } | null | undefined

function compareMessage(payload: unknown, stored: ReadonlyMap<string, MessageShape> | undefined): Difference {
  const message = messageOf(payload)
  if (message === null || stored === undefined) return undefined
  const expected = `message ${message.id} of revision ${message.revision}`
  const now = stored.get(message.id)
  if (now === undefined) return { expected, found: 'no such message' }
  if (now.revision < message.revision) return { expected, found: `revision ${now.revision}` }
  if (now.revision === message.revision && now.body !== message.body)
    return { expected: JSON.stringify(message.body), found: JSON.stringify(now.body) }
  return null
}

interface PageShape {
  readonly id: string
  readonly title: string
  readonly revision: number
}

function comparePage(payload: unknown, now: PageShape | undefined): Difference {
  const { page } = (payload ?? {}) as { page?: PageShape | null }
  if (page == null || now === undefined) return undefined
  if (now.revision < page.revision)
    return { expected: `revision ${page.revision}`, found: `revision ${now.revision}` }
  if (now.revision === page.revision && now.title !== page.title)
    return { expected: JSON.stringify(page.title), found: JSON.stringify(now.title) }
  return null
}

function compareSeq(name: string, payload: unknown, now: number | undefined): Difference {
  const { seq } = (payload ?? {}) as { seq?: number }
  if (name !== 'page_content_updated' || seq === undefined || now === undefined) return undefined
  return now < seq ? { expected: `at least seq ${seq}`, found: `seq ${now}` } : null
}

/** By page id and message id, from the last list that the API answered; a page without one is not judged. */
export function readMessages({ restReadings }: RunRecord): Map<string, Map<string, MessageShape>> {
  const lists = new Map<string, Map<string, MessageShape>>()
  for (const { path, status, body } of restReadings) {
    const pageId = /^\/api\/pages\/([^/]+)\/messages$/.exec(path)?.[1]
    if (pageId === undefined || status !== 200) continue
    const { items } = body as { items: readonly MessageShape[] }
    lists.set(pageId, new Map(items.map((message) => [message.id, message])))
  }
  return lists
}

function readPages({ restReadings }: RunRecord): Map<string, PageShape> {
  return new Map(
    restReadings.flatMap(({ client, path, status, body }) => {
      const pageId = /^\/api\/pages\/([^/]+)$/.exec(path)?.[1]
      return pageId === undefined || client !== null || status !== 200 ? [] : [[pageId, body as PageShape]]
    }),
  )
}

/** The facts that one connection got, in the order in which they came. */
export function factsOfConnections({ facts }: RunRecord): Map<string, FactRecord[]> {
  const connections = new Map<string, FactRecord[]>()
  for (const fact of facts) {
    const key = `${fact.client}/${fact.connection}`
    const own = connections.get(key)
    if (own === undefined) connections.set(key, [fact])
    else own.push(fact)
  }
  return connections
}
