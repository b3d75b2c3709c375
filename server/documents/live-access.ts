import { OutgoingMessage } from '@hocuspocus/server'
import { CLOSE_REASONS, type CloseReason } from '../../shared/protocol/close-reasons.ts'
import { isAtLeast, type Role } from '../../shared/roles.ts'
import { hasSameStanding, type Identity } from '../auth/identity.ts'
import type { Logger } from '../operations/logger.ts'
import { type Alarm, callAt } from '../operations/timers.ts'
import type { Admission, Admit } from './admission.ts'
import { type ConnectionContext, createWritePermit, type WritePermit } from './connection-context.ts'
import { PermissionEndedError, StorageUnavailableError } from './errors.ts'
import type { PageConnection } from './socket-session.ts'

/**
 * Access after it was granted: it is decided again when something about it changes, when it ends by itself, and
 * when a token is renewed; and what was decided is put into force on what is open or waits to be committed.
 */
export interface LiveAccess {
  /** How many changes of access there have been. */
  countChanges(): number
  /** Follows a connection that was let in; resolves when its access is decided as of now. */
  follow(connection: PageConnection): Promise<void>
  /** Numbers a question about access: of two answers, that of the later question counts. */
  ask(): number
  /** Puts into force what became of a token that was shown on an open connection. */
  renew(connection: PageConnection, admission: Admission, asked: number): void
  /**
   * Runs `work`, which writes to a page once, with a permit of somebody who has no connection. It is decided
   * here, and again as for everybody until the work is done. It takes an editor, if nothing else is `needed`.
   * @throws PermissionEndedError when they may not write, StorageUnavailableError, and whatever `work` throws
   */
  withPermit<Result>(
    identity: Identity,
    pageId: string,
    work: (permit: WritePermit) => Promise<Result>,
    needed?: Role,
  ): Promise<Result>
  /**
   * Decides again for those of `connections` and of the permits that `concerns` picks; `waiting` are permits
   * with changes that wait, whose connection may be gone.
   */
  recheck(
    concerns: (identity: Identity, pageId: string) => boolean,
    connections: readonly PageConnection[],
    waiting: Iterable<WritePermit>,
  ): Promise<void>
}

export interface LiveAccessDeps {
  readonly admit: Pick<Admit, 'again'>
  readonly logger: Pick<Logger, 'error'>
}

/** Makes one; it owns the timers of what it follows, which end with it. */
export function createLiveAccess({ admit, logger }: LiveAccessDeps): LiveAccess {
  /** For each connection the end of its token, and that of its access. */
  const tokenEnds = new WeakMap<PageConnection, Alarm>()
  const accessEnds = new WeakMap<PageConnection, Alarm>()
  /** For each connection, the last question whose answer is in force. */
  const obeyed = new WeakMap<PageConnection, number>()
  /** Permits without a connection. */
  const held = new Set<WritePermit>()
  let questions = 0
  let changes = 0

  /** Ends a connection when its token does, unless a new one comes before: then it is called again. */
  function endAt(connection: PageConnection, until: Date | undefined): void {
    tokenEnds.get(connection)?.cancel()
    if (until === undefined || !connection.document.hasConnection(connection)) return
    const end = () => {
      endWriting(connection, 'token-expired')
      connection.context.socket.closeFor('token-expired')
    }
    tokenEnds.set(connection, callAt(until, end))
  }

  /** Decides again when the access ends by itself. */
  function decideAgainAt(connection: PageConnection, until: Date | null): void {
    accessEnds.get(connection)?.cancel()
    if (until === null || !connection.document.hasConnection(connection)) return
    accessEnds.set(
      connection,
      callAt(until, () => void decideAgain([connection])),
    )
  }

  /** Decides again for some connections to one page, with one question. */
  async function decideAgain(connections: readonly PageConnection[]): Promise<void> {
    const [first] = connections
    if (first === undefined) return
    const asked = ++questions
    try {
      const identities = connections.map(({ context }) => requireIdentity(context))
      const admissions = await admit.again(identities, first.document.name)
      for (const [nr, connection] of connections.entries()) {
        obey(connection, admissions[nr] as Admission, asked)
      }
    } catch (error) {
      // Not knowing is not a yes: they come back and are decided then.
      logger.error({ err: error }, 'access could not be decided again')
      for (const connection of connections) {
        endWriting(connection, 'storage-unavailable')
        connection.context.socket.closeFor('storage-unavailable')
      }
    }
  }

  /** Puts a decision into force, unless one is in force that was asked for later: that one knows more. */
  function obey(connection: PageConnection, admission: Admission, asked: number): void {
    if (asked < (obeyed.get(connection) ?? 0)) return
    obeyed.set(connection, asked)
    apply(connection, forClient(connection, admission))
    decideAgainAt(connection, admission.kind === 'admitted' ? admission.accessUntil : null)
  }

  /** The same for permits to write to one page; answers when what is decided must be decided again. */
  async function decidePermits(permits: readonly WritePermit[]): Promise<Date | null> {
    const [first] = permits
    if (first === undefined) return null
    let until: Date | null = null
    try {
      const admissions = await admit.again(
        permits.map(({ identity }) => identity),
        first.pageId,
      )
      for (const [nr, permit] of permits.entries()) {
        const admission = admissions[nr] as Admission
        if (admission.kind === 'refused') permit.endedWith = admission.reason
        else if (!isAtLeast(admission.role, permit.needed)) permit.endedWith = 'access-changed'
        else until = admission.accessUntil
      }
    } catch (error) {
      logger.error({ err: error }, 'access could not be decided again')
      for (const permit of permits) permit.endedWith = 'storage-unavailable'
    }
    return until
  }

  return {
    countChanges: () => changes,

    async follow(connection) {
      const { context } = connection
      connection.onClose(() => {
        tokenEnds.get(connection)?.cancel()
        accessEnds.get(connection)?.cancel()
      })
      endAt(connection, context.until)
      decideAgainAt(connection, context.accessUntil ?? null)
      // While the page was loading, the access may have changed without this connection being there yet.
      if (context.admittedAt !== changes) await decideAgain([connection])
    },

    ask: () => ++questions,

    renew(connection, admission, asked) {
      const before = requireIdentity(connection.context)
      if (admission.kind === 'admitted' && !hasSameStanding(before, admission.identity)) {
        const isSamePerson = admission.identity.userId === before.userId
        if (isSamePerson) sendBack(connection)
        else obey(connection, { kind: 'refused', reason: 'token-invalid' }, asked)
        return
      }
      obey(connection, admission, asked)
      if (admission.kind === 'admitted') endAt(connection, admission.until)
    },

    async withPermit(identity, pageId, work, needed = 'editor') {
      const permit = createWritePermit(identity, pageId, needed)
      // Before it is decided: what changes from here on is not missed.
      held.add(permit)
      let end: Alarm | undefined
      async function decide(): Promise<void> {
        const until = await decidePermits([permit])
        if (until !== null && held.has(permit)) end = callAt(until, () => void decide())
      }
      try {
        await decide()
        if (permit.endedWith === 'storage-unavailable') throw new StorageUnavailableError()
        if (permit.endedWith !== null) throw new PermissionEndedError(permit.endedWith)
        return await work(permit)
      } finally {
        held.delete(permit)
        end?.cancel()
      }
    },

    async recheck(concerns, connections, waiting) {
      changes++
      const touched = connections.filter(({ context, document }) =>
        concerns(requireIdentity(context), document.name),
      )
      const own = new Set(touched.map(({ context }) => context.permit))
      const others = [...new Set([...waiting, ...held])].filter(
        (permit) => !own.has(permit) && concerns(permit.identity, permit.pageId),
      )
      await Promise.all([
        ...groupBy(touched, ({ document }) => document.name).map(decideAgain),
        ...groupBy(others, ({ pageId }) => pageId).map(decidePermits),
      ])
    },
  }
}

/** From here on nothing of a connection is written any more, not even what waits to be committed. */
export function endWriting(connection: PageConnection, reason: CloseReason): void {
  connection.readOnly = true
  const { permit } = connection.context
  if (permit !== undefined) permit.endedWith = reason
}

/** Who a connection belongs to; every established one has an identity. */
export function requireIdentity(context: ConnectionContext): Identity {
  if (context.identity === undefined) throw new Error('a document connection without an identity')
  return context.identity
}

/** What somebody may do with the client that they have: one that knows too little of the schema only reads. */
function forClient({ context }: PageConnection, admission: Admission): Admission {
  return admission.kind === 'admitted' && context.socket.isOutdated
    ? { ...admission, readOnly: true }
    : admission
}

/** Puts a decision into force on an open connection. */
function apply(connection: PageConnection, admission: Admission): void {
  if (admission.kind === 'refused') {
    endWriting(connection, admission.reason)
    connection.close(toCloseEvent(admission.reason))
  } else if (admission.readOnly && !connection.readOnly) {
    endWriting(connection, 'access-changed')
    // Only if something of its own waits to be committed, that is refused and the socket closed.
    sendScope(connection)
  } else if (!admission.readOnly && connection.readOnly) {
    const { permit } = connection.context
    connection.readOnly = false
    if (permit === undefined || permit.isBehind) {
      // What it wrote as a reader was refused, and it sends that again only when it connects: so it has to.
      connection.context.socket.closeFor('access-changed')
      return
    }
    permit.endedWith = null
    sendScope(connection)
  }
}

/** A stock client learns its new scope as it learnt the first one. */
function sendScope({ messageAddress, readOnly, webSocket }: PageConnection): void {
  webSocket.send(new OutgoingMessage(messageAddress).writeAuthenticated(readOnly).toUint8Array())
}

/** Has somebody come in anew: with the token that they have now, another session or other bounds go. */
function sendBack(connection: PageConnection): void {
  endWriting(connection, 'access-changed')
  connection.context.socket.closeFor('access-changed')
}

/** What Hocuspocus sends to the client when a connection is closed with it, or when a hook throws it. Not an Error: that, it would also print. */
export function toCloseEvent(reason: CloseReason): { code: number; reason: CloseReason } {
  return { code: CLOSE_REASONS[reason].code, reason }
}

function groupBy<Item>(items: readonly Item[], keyOf: (item: Item) => string): Item[][] {
  const groups = new Map<string, Item[]>()
  for (const item of items) {
    const key = keyOf(item)
    const group = groups.get(key)
    if (group === undefined) groups.set(key, [item])
    else group.push(item)
  }
  return [...groups.values()]
}
