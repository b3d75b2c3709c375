import type { WebSocket } from 'ws'
import * as Y from 'yjs'
import type { Identity } from '../../server/auth/identity.ts'
import type { Admission } from '../../server/documents/admission.ts'
import type { CommitLog, LoggedPage } from '../../server/documents/commit-log.ts'
import { createCommitQueue, MAX_WAIT_MS } from '../../server/documents/commit-queue.ts'
import { createDocumentHost } from '../../server/documents/document-host.ts'
import { createLiveAccess, requireIdentity } from '../../server/documents/live-access.ts'
import { createNestings } from '../../server/documents/nesting.ts'
import { createSocketSession } from '../../server/documents/socket-session.ts'
import { trimUpdate } from '../../server/documents/trim-update.ts'
import { DOCUMENT_FRAGMENT } from '../../shared/document/fragment.ts'
import { createPageClient, type PageClient, readParagraphs } from './page-client.ts'

// The server's real commit path (session, queue, document host with Hocuspocus) between simulated clients and
// a simulated database. Whatever takes time in reality (a frame on the network, a statement, an answer, the
// notice that a connection is gone) waits here until the test says that it happens, so that any order of
// events can be played, thousands of times a second.

const PAGE_ID = '11111111-2222-4333-8444-555555555555'
/** More events than any run needs to come to rest. */
const MAX_STEPS_TO_REST = 20_000

export interface SimulatedPage {
  readonly clients: readonly PageClient[]
  /** What has gone against a promise so far, in words. */
  readonly broken: readonly string[]
  write(client: number, place: number): void
  erase(client: number, place: number): void
  connect(client: number): void
  disconnect(client: number): void
  /** Lets the pick-th of the waiting events happen; `outcome` decides how a statement ends. */
  step(pick: number, outcome: Outcome): void
  /** Lets the first waiting event of this name happen; it must be there. */
  happen(what: string, outcome?: Outcome): Promise<void>
  /** The server dies and starts anew with what the database has. */
  killServer(): void
  /** Lets what is ready run until something waits. */
  turn(): Promise<void>
  /** Lets everything happen until nothing is left to happen, having brought everybody back or not. */
  comeToRest(options: { withEverybody: boolean }): Promise<void>
  /** Who is connected. */
  present(): PageClient[]
  /** What the page must hold in the end: everything that was written and not erased. */
  expected(): string[]
  stored(): { seqs: number[]; doc: Y.Doc; paragraphs: string[] }
  close(): Promise<void>
}

/** How a waiting statement ends; what is not a statement just happens. */
/** `late`: the server gives it up, and the database finishes it some time later. */
export type Outcome = 'succeeds' | 'fails' | 'answer-lost' | 'fails-for-too-long' | 'late'

interface Event {
  readonly what: string
  happen(outcome: Outcome): void
}

/** One TCP connection: what is under way in both directions, in order. */
interface Link {
  readonly toServer: Uint8Array[]
  readonly toClient: (Uint8Array | 'closed')[]
  isUp: boolean
  receive(bytes: Uint8Array): void
  /** The server notices that the connection is gone. */
  end(): void
}

export function createSimulatedPage(clientCount: number): SimulatedPage {
  const broken: string[] = []
  const rows: { seq: number; update: Uint8Array }[] = []
  const loggedMarks = new Set<string>()
  const logDoc = new Y.Doc()
  const written = new Set<string>()
  const erased = new Set<string>()
  const links: (Link | undefined)[] = []
  const events: Event[] = []
  let now = 0
  let server = startServer()

  logDoc.getXmlFragment(DOCUMENT_FRAGMENT).observe((event) => {
    for (const item of event.changes.added)
      for (const node of item.content.getContent())
        if (node instanceof Y.XmlElement) loggedMarks.add(String(node.get(0)))
  })

  const clients = Array.from({ length: clientCount }, (_, index) => {
    const client: PageClient = createPageClient(`client${index}`, PAGE_ID, {
      changed() {
        for (const mark of client.acknowledged)
          if (!loggedMarks.has(mark) && !erased.has(mark))
            broken.push(`${client.name} was told that “${mark}” is saved, but the log does not have it`)
        for (const mark of client.seen)
          if (!loggedMarks.has(mark))
            broken.push(`${client.name} was shown “${mark}”, but the log does not have it`)
      },
    })
    return client
  })

  /** The server's process: everything in it dies with it. */
  function startServer() {
    const life = { isAlive: true }
    const wait = (what: string, happen: Event['happen']) =>
      events.push({
        what,
        happen(outcome) {
          if (life.isAlive) happen(outcome)
        },
      })
    const eventually = <Result>(what: string, compute: () => Result) =>
      new Promise<Result>((resolve) => wait(what, () => resolve(compute())))

    const log: Pick<CommitLog, 'append' | 'read' | 'readRange'> = {
      append: (changes) =>
        new Promise((resolve, reject) => {
          wait('commit', (outcome) => {
            if (outcome === 'fails-for-too-long') now += MAX_WAIT_MS + 1
            if (outcome === 'fails' || outcome === 'fails-for-too-long') return reject(new Error('away'))
            const write = () => {
              const first = rows.length + 1
              for (const { update } of changes) {
                rows.push({ seq: rows.length + 1, update })
                Y.applyUpdate(logDoc, update)
              }
              return { first, last: rows.length }
            }
            if (outcome === 'late') {
              events.push({ what: LATE_COMMIT, happen: write })
              return reject(new Error('away'))
            }
            const range = write()
            // It is on disk; that the server hears of it is an event of its own.
            wait('commit answered', () =>
              outcome === 'answer-lost' ? reject(new Error('away')) : resolve(new Map([[PAGE_ID, range]])),
            )
          })
        }),
      async read() {
        const page: LoggedPage = await eventually('read', () => ({
          seq: rows.length,
          snapshot: null,
          damage: null,
          updates: [...rows],
        }))
        return eventually('read answered', () => page)
      },
      async readRange(_pageId, { first, last }) {
        return eventually('range read', () => rows.filter(({ seq }) => seq >= first && seq <= last))
      },
    }
    const finishStatements = () => {
      for (const event of events.filter(({ what }) => what === LATE_COMMIT)) {
        events.splice(events.indexOf(event), 1)
        event.happen('succeeds')
      }
    }
    const identity = { userId: 'user', sessionId: 'session', name: 'Ann' } as Identity
    const admission: Admission = {
      ...{ kind: 'admitted', identity, role: 'editor', readOnly: false },
      accessUntil: null,
    }
    const host = createDocumentHost({
      log,
      admit: {
        beforeToken: () => null,
        withToken: () => eventually('token accepted', () => admission),
      },
      access: createLiveAccess({
        admit: { again: async (identities) => identities.map(() => admission) },
        logger: { error: () => undefined },
      }),
      pageIdle: () => undefined,
      noticeFor: () => null,
      after(_ms, call) {
        // It is long enough for the database to have finished what it was at.
        wait('time passed', () => {
          finishStatements()
          call()
        })
        return () => undefined
      },
      logger: { info: () => undefined, error: () => undefined },
    })
    const queue = createCommitQueue({
      log,
      sizes: { hasRoom: () => true, limitBytes: 0 },
      prepare: () => undefined,
      apply(pageId, updates, range) {
        host.committed(pageId, range)
        host.apply(pageId, updates)
      },
      doubt: host.readAgain,
      logger: { warn: () => undefined, error: () => undefined },
      metrics: { observeCommit: () => undefined, observeFailedCommit: () => undefined },
      isTransient: () => true,
      now: () => now,
      delay: () => eventually('retry', () => undefined),
    })

    const nestingOf = createNestings()
    function accept(link: Link): void {
      const socket = createFakeSocket(link)
      const session = createSocketSession(
        socket,
        {
          ...{ send: (bytes) => socket.send(bytes), flush: () => undefined },
          ...{ waitingBytes: 0, takeProgress: () => false },
        },
        {
          commit({ context }, update, committed, refused) {
            const { userId } = requireIdentity(context)
            queue.enqueue({
              ...{ pageId: PAGE_ID, userId, connectionId: null, update, committed },
              refused: (error) => refused(error.code),
            })
          },
          storedState: ({ document }) => host.storedStateOf(document),
          trim: ({ document }, frame) => trimUpdate(document, frame),
          place: ({ document }, update) => nestingOf(document).judge(update),
          moveCursors: () => undefined,
          tooSlow: () => undefined,
          tooFast: () => undefined,
        },
        () => client,
      )
      const request = new Request('http://simulated.invalid/collaboration')
      const client = host.hocuspocus.handleConnection(session.outlet, request, {
        socket: {
          isOutdated: false,
          closeFor: () => socket.close(),
          opened: (connection) => session.open(connection),
          answerEarly: (pageId, state) => session.answerEarly(pageId, state),
          takeSeat: () => true,
        },
      })
      let hasEnded = false
      link.receive = (bytes) => {
        if (life.isAlive && !hasEnded && socket.readyState === OPEN) session.receive(bytes)
      }
      link.end = () => {
        if (hasEnded) return
        hasEnded = true
        client.handleClose({ code: 1006, reason: '' })
      }
    }
    return { life, accept, wait }
  }

  function dropLink(index: number): Link | undefined {
    const link = links[index]
    links[index] = undefined
    if (link !== undefined) link.isUp = false
    clients[index]?.detach()
    return link
  }

  /** What could happen next: a frame arrives somewhere, or one of `events`. */
  function possible(): Event[] {
    const arrivals = links.flatMap((link, index): Event[] => {
      if (link === undefined) return []
      const up = () => link.receive(link.toServer.shift() as Uint8Array)
      const down = () => arriveAtClient(index, link)
      return [
        ...(link.toServer.length > 0 ? [{ what: `frame from ${index}`, happen: up }] : []),
        ...(link.toClient.length > 0 ? [{ what: `frame to ${index}`, happen: down }] : []),
      ]
    })
    const waiting = events.map(
      (event): Event => ({
        what: event.what,
        happen(outcome) {
          events.splice(events.indexOf(event), 1)
          event.happen(outcome)
        },
      }),
    )
    return [...arrivals, ...waiting]
  }

  function arriveAtClient(index: number, link: Link): void {
    const arrived = link.toClient.shift()
    if (arrived === 'closed') dropLink(index)?.end()
    else if (arrived !== undefined) clients[index]?.receive(arrived)
  }

  const turn = () => new Promise<void>((resolve) => setImmediate(() => setImmediate(resolve)))

  function connect(index: number): void {
    if (links[index] !== undefined) return
    const link: Link = {
      ...{ toServer: [], toClient: [], isUp: true },
      receive: () => undefined,
      end: () => undefined,
    }
    links[index] = link
    server.accept(link)
    clients[index]?.attach({ send: (bytes) => link.toServer.push(bytes) }, 'token')
  }

  return {
    clients,
    broken,
    write(index, place) {
      const mark = clients[index]?.write(place)
      if (mark !== undefined) written.add(mark)
    },
    erase(index, place) {
      const client = clients[index]
      const before = client?.paragraphs() ?? []
      client?.erase(place)
      const after = new Set(client?.paragraphs())
      for (const mark of before) if (!after.has(mark)) erased.add(mark)
    },
    connect,
    disconnect(index) {
      const link = dropLink(index)
      if (link === undefined) return
      // What was under way may still arrive; that the connection is gone, the server notices later.
      for (const bytes of link.toServer) server.wait('late frame', () => link.receive(bytes))
      server.wait('end noticed', () => link.end())
    },
    step(pick, outcome) {
      const choices = possible()
      choices[pick % Math.max(choices.length, 1)]?.happen(outcome)
    },
    async happen(what, outcome = 'succeeds') {
      const event = possible().find((candidate) => candidate.what === what)
      if (event === undefined) {
        throw new Error(`“${what}” cannot happen now, only: ${possible().map((other) => other.what)}`)
      }
      event.happen(outcome)
      await turn()
    },
    killServer() {
      server.life.isAlive = false
      for (const [index] of clients.entries()) dropLink(index)?.end()
      events.length = 0
      server = startServer()
    },
    turn,
    async comeToRest({ withEverybody }) {
      for (let steps = 0; steps < MAX_STEPS_TO_REST; steps++) {
        if (withEverybody) for (const [index] of clients.entries()) connect(index)
        await turn()
        const next = possible()[0]
        if (next !== undefined) next.happen('succeeds')
        else if (clients.every((client, index) => links[index] === undefined || client.isSettled())) return
        else break
      }
      broken.push(
        `never came to rest: ${clients.map((client) => `${client.name} ${client.isSettled()}`).join(', ')}`,
      )
    },
    present: () => clients.filter((_client, index) => links[index] !== undefined),
    expected: () => [...written].filter((mark) => !erased.has(mark)).sort(),
    stored() {
      const doc = new Y.Doc()
      for (const { update } of rows) Y.applyUpdate(doc, update)
      return { seqs: rows.map(({ seq }) => seq), doc, paragraphs: readParagraphs(doc) }
    },
    async close() {
      for (const [index] of clients.entries()) dropLink(index)?.end()
      server.life.isAlive = false
      await turn()
    },
  }
}

const OPEN = 1
const LATE_COMMIT = 'late commit'

/** As much of a WebSocket as a session touches. */
function createFakeSocket(link: Link): WebSocket {
  const socket = {
    ...{ readyState: OPEN, bufferedAmount: 0, isPaused: false, _socket: null },
    send(bytes: Uint8Array) {
      if (link.isUp && socket.readyState === OPEN) link.toClient.push(bytes)
    },
    close() {
      if (socket.readyState !== OPEN) return
      socket.readyState = 2
      link.toClient.push('closed')
    },
    terminate: () => socket.close(),
    pause() {
      socket.isPaused = true
    },
    resume() {
      socket.isPaused = false
    },
  }
  return socket as unknown as WebSocket
}
