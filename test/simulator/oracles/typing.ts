import { pageIdOf } from '../facts.ts'
import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'
import type { FactRecord, Ms, RunRecord } from '../record.ts'
import { factsOfConnections } from './facts-are-true.ts'

/** Nobody may be shown as writing for longer than this without a new sign of it, ms: the promise, and a moment for the way. */
const TYPING_DEADLINE_MS = 16_000

/** E4: whoever was shown as writing a message is not any more when they stopped, or went without a word. */
export const typingEnds: Oracle = {
  promise: 'E4',
  title: 'nobody goes on being shown as writing a message',
  check(record) {
    const broken: Finding[] = []
    let checked = 0
    const signs = readSigns(record)
    for (const [key, facts] of factsOfConnections(record)) {
      const [client = -1, connection = -1] = key.split('/').map(Number)
      const watchedUntil = findEnd(record, client, connection)
      for (const { from, pageId, userId, endedAt } of readTyping(facts)) {
        // One's own other windows say nothing to oneself.
        if (userId === record.clients[client]?.userId) continue
        const shownUntil = endedAt ?? watchedUntil
        const silence = findSilence([from, ...(signs.get(keyOf(pageId, userId)) ?? [])], from, shownUntil)
        if (endedAt === null && silence === null) continue
        checked++
        if (silence === null) continue
        const page = record.pages.findIndex(({ id }) => id === pageId)
        const typist = record.clients.find((each) => each.userId === userId)?.userName ?? userId
        const found = `${endedAt === null ? 'at least ' : ''}${((shownUntil - silence) / 1000).toFixed(1)} s`
        broken.push({
          message: `${record.clients[client]?.name} was shown ${typist} as writing a message on ${record.pages[page]?.title}, ${found} after the last sign of it.`,
          ...{ page: page < 0 ? null : page, client, edit: null },
          ...{ expected: `an end after ${TYPING_DEADLINE_MS / 1000} s at most`, found },
        })
      }
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}

interface TypingSpan {
  readonly pageId: string
  readonly userId: string
  readonly from: Ms
  /** Null when its end was not told on this connection. */
  readonly endedAt: Ms | null
}

/** Who was shown as writing on one connection, from when on and until when. */
function readTyping(facts: readonly FactRecord[]): TypingSpan[] {
  const open = new Map<string, { pageId: string; userId: string; from: Ms }>()
  const spans: TypingSpan[] = []
  for (const { name, payload, at } of facts) {
    const pageId = pageIdOf(payload)
    if (name === 'access_revoked') {
      // Who has lost the page is told nothing more of it.
      for (const [key, span] of open) if (pageId === null || span.pageId === pageId) open.delete(key)
      continue
    }
    const { userId } = (payload ?? {}) as { userId?: string }
    if (pageId === null || userId === undefined) continue
    const key = keyOf(pageId, userId)
    if (name === 'typing_started') open.set(key, { pageId, userId, from: at })
    const span = open.get(key)
    if (name !== 'typing_stopped' || span === undefined) continue
    spans.push({ ...span, endedAt: at })
    open.delete(key)
  }
  return [...spans, ...[...open.values()].map((span) => ({ ...span, endedAt: null }))]
}

/** By page and person, when they said, in whichever of their windows, that they write. */
function readSigns({ requests, clients }: RunRecord): Map<string, Ms[]> {
  const signs = new Map<string, Ms[]>()
  for (const { name, client, payload, askedAt } of requests) {
    if (name !== 'start_typing') continue
    const key = keyOf(pageIdOf(payload) ?? '', clients[client]?.userId ?? '')
    const own = signs.get(key)
    if (own === undefined) signs.set(key, [askedAt])
    else own.push(askedAt)
  }
  return signs
}

const keyOf = (pageId: string, userId: string) => `${pageId}/${userId}`

/** The sign, of those from one moment to another, that none followed in time; null when all is well. */
function findSilence(signs: readonly Ms[], from: Ms, until: Ms): Ms | null {
  const own = signs.filter((at) => at >= from && at <= until).sort((a, b) => a - b)
  return own.find((at, place) => (own[place + 1] ?? until) - at > TYPING_DEADLINE_MS) ?? null
}

/** When a client's Socket.IO connection, counted from 0, had ended. */
function findEnd({ connections }: RunRecord, client: number, connection: number): Ms {
  const own = connections.filter((each) => each.client === client && each.transport === 'events')
  const opened = own.flatMap(({ state }, place) => (state === 'open' ? [place] : []))[connection]
  const end = opened === undefined ? undefined : own.slice(opened + 1).find(({ state }) => state === 'closed')
  return end?.at ?? Number.NEGATIVE_INFINITY
}
