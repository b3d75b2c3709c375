/*
 * One page's text over plain HTTP: what is left where WebSockets are blocked. One request at a time brings
 * what was written here and fetches what was written elsewhere.
 *
 *   stopped ──start()──▶ asking ──answered: we have more──▶ catching-up ──answered──▶ following
 *                          │ ▲ └──answered: we have the same──────────────────────────▶ following
 *                          └─┘ may only read             any ──failed, may no longer write──▶ asking
 *   any ──stop(), or a reason that will not change──▶ stopped
 *
 * The first request asks what the page has, as a WebSocket's handshake does, so that what a lost answer leaves
 * in doubt is sent again; the server knows what it has. Afterwards only new edits go out. "Acknowledged" is
 * reported when an answer covers everything that we hold and nothing was written since it was asked for.
 * Each request brings our cursor and is answered the others'.
 */
import type { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import {
  encodeSyncRequest,
  MAX_SYNC_BYTES,
  type SyncAnswer,
  type SyncRequest,
} from '../../shared/api/sync.ts'
import { ApiError } from '../api/api-error.ts'
import { computeBackoffMs, decideNextTry } from './after-refusal.ts'
import { readOwnCursor, showCursors } from './http-cursors.ts'
import { applyIncoming } from './incoming-updates.ts'
import type { Access, SaveEvent } from './save-state.ts'

/** How soon after an edit or a cursor's move, here or elsewhere, the next request goes out. */
export const QUICK_MS = 300
/** How much longer each pause is than the one before while nobody writes. */
export const GROWTH = 1.5
/** The longest pause while the page is looked at. */
export const IDLE_MS = 5000
/** The pause while nobody looks at the page, unless something waits to be saved. */
export const HIDDEN_MS = 30_000
/** How long one request may take without anything of its answer coming in, besides the time that sending it takes. */
export const REQUEST_MS = 15_000
/** The slowest line over which a request is waited for to be sent: how far it is, a browser does not say. */
export const SLOWEST_UPLOAD_BYTES_PER_S = 16 * 1024

export interface HttpSyncDeps {
  doc: Y.Doc
  awareness: Awareness
  /**
   * One exchange with the server, with a token that was renewed if need be; `onProgress` is called whenever some
   * of the answer has come in. Throws an ApiError.
   */
  send: (request: SyncRequest, signal: AbortSignal, onProgress: () => void) => Promise<SyncAnswer>
  /** Whether there are edits that the server has not acknowledged, those of earlier visits included. */
  hasUnsaved: () => boolean
  /** Whether nobody can see the page now. */
  isHidden: () => boolean
  onEvent: (event: SaveEvent) => void
  now: () => number
  random: () => number
}

export interface HttpSync {
  /** Begins, at once. Nothing while it runs already. */
  start(): void
  /** Ends; what is under way is forgotten, and nothing is reported any more. */
  stop(): void
  isRunning(): boolean
  /** Whether a transaction's origin is the server, rather than somebody editing here. */
  isOrigin(origin: unknown): boolean
  /** Sends the next request now instead of later. */
  hurry(): void
  /** Gives up the request under way, because the browser believes that the network went. */
  checkNetwork(): void
}

type Step = { kind: 'asking' } | { kind: 'catching-up'; stateVector: Uint8Array } | { kind: 'following' }

/** Makes a stopped one. Owns its timer, its one request and the edits that wait for the next. */
export function createHttpSync(deps: HttpSyncDeps): HttpSync {
  const { doc, awareness } = deps
  const origin = { name: 'http-sync' }
  let isRunning = false
  let step: Step = { kind: 'asking' }
  /** Edits made since the last request was put together. While asking none are kept: the document has them. */
  let unsent: Uint8Array[] = []
  /** What was reported of the present connection. */
  let reported: { access: Access | null; isSaved: boolean } = { access: null, isSaved: false }
  /** Where the page stood when we last held exactly what it held; 0 when that is not certain. */
  let head = 0
  let failures = 0
  let pauseMs = QUICK_MS
  let underway: AbortController | null = null
  let planned: { timer: ReturnType<typeof setTimeout>; at: number } | null = null

  function onUpdate(update: Uint8Array, from: unknown): void {
    pauseMs = QUICK_MS
    if (from === origin) return
    reported.isSaved = false
    if (step.kind !== 'asking') unsent.push(update)
    // After a failure the pause says when the server is asked again, however much is written.
    if (failures === 0) plan(QUICK_MS)
  }

  function onCursor(_change: unknown, from: unknown): void {
    if (from === 'local' && failures === 0) plan(QUICK_MS)
  }

  /** Sends a request in `ms`, unless one goes out sooner; while one is under way, its answer plans the next. */
  function plan(ms: number): void {
    if (!isRunning || underway) return
    const at = deps.now() + ms
    if (planned && planned.at <= at) return
    cancelPlan()
    planned = { timer: setTimeout(() => void exchange(), ms), at }
  }

  function cancelPlan(): void {
    clearTimeout(planned?.timer)
    planned = null
  }

  async function exchange(): Promise<void> {
    cancelPlan()
    const controller = new AbortController()
    underway = controller
    const request = takeRequest()
    const { length } = encodeSyncRequest(request)
    let timeout: ReturnType<typeof setTimeout> | undefined
    const wait = (ms: number): void => {
      clearTimeout(timeout)
      timeout = setTimeout(() => controller.abort(), ms)
    }
    wait(REQUEST_MS + (length / SLOWEST_UPLOAD_BYTES_PER_S) * 1000)
    const settle = (handle: () => void): void => {
      clearTimeout(timeout)
      if (underway !== controller) return
      underway = null
      handle()
    }
    try {
      if (length > MAX_SYNC_BYTES) {
        throw new ApiError('payload-too-large', 'This is more than one request may carry.')
      }
      const answer = await deps.send(request, controller.signal, () => wait(REQUEST_MS))
      settle(() => handleAnswer(answer))
    } catch (error) {
      settle(() => handleFailure(error, request.updates.length > 0))
    }
  }

  function takeRequest(): SyncRequest {
    const waiting = unsent
    unsent = []
    const stateVector = Y.encodeStateVector(doc)
    const cursor = readOwnCursor(awareness)
    switch (step.kind) {
      case 'asking':
        return { stateVector, updates: [], head: 0, cursor }
      case 'catching-up':
        return { stateVector, updates: [Y.encodeStateAsUpdate(doc, step.stateVector)], head: 0, cursor }
      case 'following':
        if (waiting.length === 0) return { stateVector, updates: [], head, cursor }
        return { stateVector, updates: [Y.mergeUpdates(waiting)], head: 0, cursor }
    }
  }

  function handleAnswer(answer: SyncAnswer): void {
    pauseMs = Math.min(pauseMs * GROWTH, IDLE_MS)
    try {
      // What is new here makes the next pause short again.
      applyIncoming(
        doc,
        origin,
        () => [answer.missing],
        () => Y.applyUpdate(doc, answer.missing, origin),
      )
      if (answer.cursors && showCursors(awareness, answer.cursors, deps.now())) pauseMs = QUICK_MS
      advance(answer)
    } catch (error) {
      handleFailure(error, false)
      return
    }
    if (step.kind === 'catching-up') {
      plan(0)
      return
    }
    failures = 0
    if (unsent.length > 0) plan(QUICK_MS)
    else plan(deps.isHidden() ? HIDDEN_MS : pauseMs)
  }

  function advance({ canWrite, isOutdated, stateVector, head: answeredHead }: SyncAnswer): void {
    head = 0
    const isCovered = covers(stateVector, doc)
    reportAccess(canWrite ? 'read-write' : 'read-only')
    if (isOutdated) deps.onEvent({ kind: 'editor-outdated' })
    if (!canWrite) {
      step = { kind: 'asking' }
      unsent = []
      if (deps.hasUnsaved()) deps.onEvent({ kind: 'rejected' })
      else reportSaved()
      return
    }
    if (step.kind === 'asking' && (deps.hasUnsaved() || !isCovered)) {
      step = { kind: 'catching-up', stateVector }
      return
    }
    step = { kind: 'following' }
    if (unsent.length > 0) return
    if (!isCovered) throw new ApiError('unexpected-answer', 'The page lacks what it was sent.')
    head = answeredHead
    reportSaved()
  }

  function reportAccess(access: Access): void {
    if (reported.access === access) return
    reported = { access, isSaved: false }
    deps.onEvent({ kind: 'authenticated', access, transport: 'http' })
    deps.onEvent({ kind: 'server-state-received' })
  }

  function reportSaved(): void {
    if (reported.isSaved) return
    reported.isSaved = true
    deps.onEvent({ kind: 'acknowledged', at: deps.now() })
  }

  function handleFailure(error: unknown, isWriting: boolean): void {
    step = { kind: 'asking' }
    unsent = []
    failures += 1
    const next = decideNextTry(error, isWriting)
    if (next.kind === 'give-up') {
      stop()
      deps.onEvent({ kind: 'refused', reason: next.reason })
      return
    }
    const backoffMs = computeBackoffMs(failures, deps.random)
    if (next.kind === 'retry') {
      reported = { access: null, isSaved: false }
      deps.onEvent({ kind: 'lost', isStorageUnavailable: next.isStorageUnavailable })
      plan(Math.max(backoffMs, next.afterMs))
    } else {
      plan(backoffMs)
    }
  }

  function stop(): void {
    if (!isRunning) return
    isRunning = false
    cancelPlan()
    const left = underway
    underway = null
    left?.abort()
    doc.off('update', onUpdate)
    awareness.off('change', onCursor)
  }

  return {
    start() {
      if (isRunning) return
      isRunning = true
      step = { kind: 'asking' }
      unsent = []
      reported = { access: null, isSaved: false }
      failures = 0
      pauseMs = QUICK_MS
      doc.on('update', onUpdate)
      awareness.on('change', onCursor)
      plan(0)
    },
    stop,
    isRunning: () => isRunning,
    isOrigin: (from) => from === origin,
    hurry: () => plan(0),
    checkNetwork() {
      if (!isRunning) return
      const left = underway
      underway = null
      left?.abort()
      cancelPlan()
      handleFailure(new ApiError('network', 'The network went.'), false)
    },
  }
}

/** Whether a page with this state vector has everything that was ever inserted into `doc`. */
function covers(stateVector: Uint8Array, doc: Y.Doc): boolean {
  const has = Y.decodeStateVector(stateVector)
  return [...Y.decodeStateVector(Y.encodeStateVector(doc))].every(
    ([client, clock]) => (has.get(client) ?? 0) >= clock,
  )
}
