import type { Access } from '../access/access.ts'
import type { Logger } from '../operations/logger.ts'
import type { Audience, FactEvent } from '../workspace/events.ts'
import type { ActingSocket } from './acting-socket.ts'
import { driveRoom, pageRoom, type Room, userRoom } from './room-names.ts'
import type { RealtimeNamespace, RealtimeSocket } from './sockets.ts'

/** Sends committed facts to those who should hear of them. */
export interface FactPublisher {
  /** Sends facts behind those before. Never throws and never waits. */
  publish(facts: readonly FactEvent[]): void
  /** What is published from now on is sent when `decided` has settled: who lost access has left the rooms by then. */
  holdUntil(decided: Promise<unknown>): void
}

export interface PublishFactsDeps {
  readonly namespace: RealtimeNamespace
  readonly acting: ActingSocket
  readonly access: Pick<Access, 'manyToPage'>
  readonly logger: Pick<Logger, 'error'>
}

/**
 * Builds what sends facts, in the order in which they come. Most are one broadcast. Of a restricted page only
 * those hear who may see it at this moment: that is asked first, and what comes behind waits for its turn. So does
 * what comes behind a change of access, until that is in force.
 */
export function createPublishFacts(deps: PublishFactsDeps): FactPublisher {
  const { namespace, acting } = deps
  let waiting: Promise<unknown> | null = null

  function send({ name, payload }: FactEvent, rooms: readonly string[], knowing: string | undefined): void {
    // To no room is to everybody, as Socket.IO has it.
    if (rooms.length === 0) return
    const recipients = namespace.to([...rooms])
    if (knowing === undefined) recipients.emit(name, payload as never)
    else recipients.except(knowing).emit(name, payload as never)
  }

  /** The rooms of those who may hear of a restricted page; a socket's id is a room of its own. */
  async function findAllowed({ pageId, driveId, userId }: Audience): Promise<string[]> {
    if (pageId === undefined) return toRooms({ driveId, userId })
    const listeners = listSockets(toRooms({ driveId, pageId }))
    const askers = listeners.map(({ data }) => data.identity)
    const decisions = await deps.access.manyToPage(askers, pageId)
    const allowed = listeners.filter((_socket, nr) => {
      const kind = decisions[nr]?.kind
      // Whose page it was may hear that it is gone.
      return kind === 'granted' || kind === 'page-deleted'
    })
    return [...allowed.map(({ id }) => id), ...toRooms({ userId })]
  }

  function listSockets(rooms: readonly Room[]): RealtimeSocket[] {
    const ids = new Set(rooms.flatMap((room) => [...(namespace.adapter.rooms.get(room) ?? [])]))
    return [...ids].flatMap((id) => namespace.sockets.get(id) ?? [])
  }

  function takeTurn(act: () => Promise<unknown>): void {
    const turn: Promise<unknown> = (waiting ?? Promise.resolve()).then(act).finally(() => {
      if (waiting === turn) waiting = null
    })
    waiting = turn
  }

  async function sendInTurn(fact: FactEvent, knowing: string | undefined): Promise<void> {
    const { audience } = fact
    try {
      send(fact, audience.restricted ? await findAllowed(audience) : toRooms(audience), knowing)
    } catch (error) {
      // Who does not hear of it sees a gap in the revisions with the next fact, and asks for the list.
      deps.logger.error({ err: error, fact: fact.name }, 'a fact was not sent')
    }
  }

  return {
    publish(facts) {
      for (const fact of facts) {
        const knowing = acting.whoKnows(fact.name)
        if (fact.audience.restricted || waiting !== null) takeTurn(() => sendInTurn(fact, knowing))
        else send(fact, toRooms(fact.audience), knowing)
      }
    },

    // That `decided` was rejected is reported by who made it: `recheck` hands it on to its callers, who log it.
    holdUntil: (decided) => takeTurn(() => Promise.allSettled([decided])),
  }
}

function toRooms(audience: {
  readonly driveId?: string | undefined
  readonly pageId?: string | undefined
  readonly userId?: string | undefined
}): Room[] {
  const { driveId, pageId, userId } = audience
  return [
    ...(driveId === undefined ? [] : [driveRoom(driveId)]),
    ...(pageId === undefined ? [] : [pageRoom(pageId)]),
    ...(userId === undefined ? [] : [userRoom(userId)]),
  ]
}
