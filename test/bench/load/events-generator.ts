import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import { type EventsClient, openEventsClient, readEvent } from './events-client.ts'
import type { EventsCommands } from './events-commands.ts'
import { watchEventLoop } from './loop-watch.ts'
import { toPercentiles } from './percentiles.ts'
import { serveCommands } from './serve-commands.ts'

// The load process for events: holds every Socket.IO connection of one measurement, to one server.

const JOINING_AT_ONCE = 20
const TICK_MS = 1
/** How long somebody types before they stop, ms: less than after which they are taken to have stopped. */
const TYPING_MS = 1_000
const DRAIN_MS = 15_000
const DRAIN_CHECK_MS = 5
const MESSAGE = 'Shall we move this paragraph up, before the figures? I think it reads better there.'

interface Participant extends EventsClient {
  readonly userId: string
  readonly pageId: string
  isIdle: boolean
}

const all: EventsClient[] = []
/** Those who do things; neighbours in this list are on different pages. */
const participants: Participant[] = []
/** What was sent and has not been heard of, by what it is: when. */
const pending = new Map<string, number>()
let messageMs: number[] = []
let typingMs: number[] = []

function listen({ wire }: EventsClient): void {
  wire.listener = (payload) => {
    const event = readEvent(payload)
    if (event === null) return
    const [name, { userId, message }] = event as [string, { userId?: string; message?: { id: string } }]
    if (name === 'message_created') note(message?.id ?? '', messageMs)
    else if (name === 'typing_started' || name === 'typing_stopped') note(`${name} ${userId}`, typingMs)
  }
}

function note(what: string, latencies: number[]): void {
  const sentAt = pending.get(what)
  if (sentAt === undefined) return
  pending.delete(what)
  latencies.push(performance.now() - sentAt)
}

function sendMessage({ send, pageId }: Participant): void {
  const id = randomUUID()
  pending.set(id, performance.now())
  send('send_message', { pageId, id, body: MESSAGE })
}

function setTyping({ send, pageId, userId }: Participant, starts: boolean): void {
  pending.set(`${starts ? 'typing_started' : 'typing_stopped'} ${userId}`, performance.now())
  send(starts ? 'start_typing' : 'stop_typing', { pageId })
}

function togglePresence(participant: Participant): void {
  participant.isIdle = !participant.isIdle
  participant.send('set_presence', { status: participant.isIdle ? 'idle' : 'active' })
}

/** Does something `perSecond` times for some seconds, by the clock; answers how often. */
async function inTurn(
  perSecond: number,
  seconds: number,
  from: number,
  act: (participant: Participant) => void,
): Promise<number> {
  const startedAt = performance.now()
  const total = Math.round(perSecond * seconds)
  let done = 0
  while (done < total) {
    const due = Math.min(total, Math.floor(((performance.now() - startedAt) * perSecond) / 1000))
    while (done < due) act(participants[(from + done++) % participants.length] as Participant)
    await sleep(TICK_MS)
  }
  return done
}

async function drain(): Promise<number> {
  const deadline = performance.now() + DRAIN_MS
  while (pending.size > 0 && performance.now() < deadline) await sleep(DRAIN_CHECK_MS)
  const missing = pending.size
  pending.clear()
  return missing
}

serveCommands<EventsCommands>({
  async join({ url, rooms }) {
    const places = rooms.flatMap(({ pageId, people }) =>
      people.map((person, place) => ({ ...person, pageId, place })),
    )
    // The first of each page first, then the second.
    places.sort((a, b) => a.place - b.place)
    for (let first = 0; first < places.length; first += JOINING_AT_ONCE) {
      await Promise.all(
        places.slice(first, first + JOINING_AT_ONCE).map(async ({ userId, token, pageId, place }) => {
          const client = await openEventsClient(url, token, pageId)
          all.push(client)
          if (place === 0) listen(client)
          else participants.push({ ...client, userId, pageId, isIdle: false })
        }),
      )
    }
    return null
  },

  async talk({ messagesPerSecond, typistsPerSecond, presencesPerSecond, seconds }) {
    messageMs = []
    typingMs = []
    const stopWatching = watchEventLoop()
    const stopped: Promise<void>[] = []
    const third = Math.floor(participants.length / 3)
    const counts = await Promise.all([
      inTurn(messagesPerSecond, seconds, 0, sendMessage),
      inTurn(typistsPerSecond, seconds, third, (participant) => {
        setTyping(participant, true)
        stopped.push(sleep(TYPING_MS).then(() => setTyping(participant, false)))
      }),
      inTurn(presencesPerSecond, seconds, 2 * third, togglePresence),
    ])
    await Promise.all(stopped)
    const missing = await drain()
    const gone = all.find(({ wire }) => wire.closed !== null)
    if (gone !== undefined) throw new Error(`a connection ended: ${gone.wire.closed}`)
    return {
      done: counts.reduce((sum, count) => sum + count, stopped.length),
      messageMs: toPercentiles(messageMs),
      typingMs: toPercentiles(typingMs),
      deliveredMs: toPercentiles([...messageMs, ...typingMs]),
      missing,
      generator: stopWatching(),
    }
  },
})
