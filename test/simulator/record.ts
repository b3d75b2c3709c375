import type { EditEvidence } from './arrival.ts'

// What a run leaves behind, and all that the oracles get to see. Everything in here is what the simulator's own
// clients saw, sent and received; nothing is asked of the server but through its public interfaces.

/** Milliseconds since the run began to prepare, by the simulator's own monotonic clock. */
export type Ms = number

/** A page, by its place in `RunRecord.pages`. */
export type PageIndex = number
/** A client, by its place in `RunRecord.clients`. */
export type ClientIndex = number
/** An edit, by its place in `RunRecord.edits`. */
export type EditIndex = number

/** Everything that happened in one run. */
export interface RunRecord {
  readonly seed: number
  readonly scenario: string
  /** What was tested, for people: "a private server" or the address of a deployment. */
  readonly target: string
  /** Whether the server was there for this run alone: otherwise nothing is said about what it uses. */
  readonly isPrivate: boolean
  /** When the run began, by the wall clock. */
  readonly startedAt: Date
  /** When everything was prepared and people began to act. */
  readonly activeFrom: Ms
  /** How long they acted, ms. What follows is settling and looking. */
  readonly activeMs: number
  readonly pages: readonly PageRecord[]
  readonly clients: readonly ClientRecord[]
  /** In the order in which they were made. */
  readonly edits: readonly EditRecord[]
  readonly connections: readonly ConnectionRecord[]
  readonly faults: readonly FaultRecord[]
  readonly checkpoints: readonly Checkpoint[]
  /** One a page, of the end. */
  readonly endings: readonly PageEnding[]
  /** What pages' `seq` was said to be, in the order of asking. */
  readonly seqReadings: readonly SeqReading[]
  readonly rights: readonly RightsChange[]
  readonly requests: readonly RequestRecord[]
  readonly facts: readonly FactRecord[]
  readonly restReadings: readonly RestReading[]
  readonly resources: readonly ResourceSample[]
  readonly carets: readonly CaretRecord[]
  readonly presence: readonly PresenceReading[]
  readonly deliveries: readonly DeliveryRecord[]
  readonly lags: readonly LagRecord[]
  readonly outages: readonly OutageRecord[]
  readonly restarts: readonly RestartRecord[]
  readonly comeBacks: readonly ComeBackRecord[]
  /** What the server printed, if we started it; for `--artifacts`, not for oracles. */
  readonly serverOutput: string
}

export interface PageRecord {
  readonly id: string
  readonly title: string
}

/** What a client may do on the pages when the run begins. */
export type ClientRole = 'editor' | 'viewer'

export interface ClientRecord {
  /** "author 7". */
  readonly name: string
  readonly userId: string
  /** What the account is called; several clients may share one. */
  readonly userName: string
  readonly role: ClientRole
  /** The pages that it opens. */
  readonly pages: readonly PageIndex[]
  /** The Yjs client ids it wrote under; a page that is closed and opened again gets a new one. */
  readonly yjsClients: readonly { readonly page: PageIndex; readonly id: number }[]
}

/** One local change to a page: one Yjs update, one frame. */
export interface EditRecord {
  readonly client: ClientIndex
  readonly page: PageIndex
  /** Counts the client's edits, from 0. */
  readonly number: number
  /** The behaviour that made it, such as `type` or `undo`. */
  readonly behaviour: string
  readonly madeAt: Ms
  readonly evidence: EditEvidence
  /** The marks that it put into the page, in their order; a mark that is moved or undone is put in again. */
  readonly marks: readonly string[]
  /** The burst of typing it belongs to: its marks stand behind one another in one text. */
  readonly run: number | null
  /** When it first left over a socket; null while it has not. */
  readonly sentAt: Ms | null
  /** When the server acknowledged it (a SyncStatus of its own, or of the exchange that carried it). */
  readonly ackedAt: Ms | null
  /** When the server refused it, for example because the client may only read. */
  readonly refusedAt: Ms | null
  /** When another client first had it from the server. */
  readonly seenAt: Ms | null
  /** How many other clients have had it from the server. */
  readonly seenBy: number
}

/** A change of a client's connection. */
export interface ConnectionRecord {
  readonly client: ClientIndex
  /** `document`: a WebSocket. `http`: the same by requests, open while they are answered. */
  readonly transport: 'document' | 'http' | 'events'
  /** Null for `events`. */
  readonly page: PageIndex | null
  readonly at: Ms
  /**
   * `open`: may read and write. `open-readonly`: may read. `closed`: lost, or closed by us (`ours`).
   * `refused`: the server answered that this client may not come in.
   */
  readonly state: 'open' | 'open-readonly' | 'closed' | 'refused'
  /** The server's word for it, or the close code. */
  readonly reason: string
  /** Whether we closed it on purpose. */
  readonly ours: boolean
}

/** A disturbance, from its beginning to the moment that it was over. */
export interface FaultRecord {
  readonly kind: string
  /** "the server was killed". */
  readonly title: string
  readonly beganAt: Ms
  /** Null when it had not ended before the run did. */
  readonly endedAt: Ms | null
}

/**
 * A look into a page by a fresh client while all others were held off, so that what they know could not come
 * back through them: after a kill, and at the end.
 */
export interface Checkpoint {
  readonly page: PageIndex
  /** "after the server was killed", "at the end". */
  readonly reason: string
  /** The last moment at which anything could reach a client before the look; an edit is due here if `ackedAt <= cutAt`. */
  readonly cutAt: Ms
  /** The page as a Yjs update; null when it could not be opened, which `failure` explains. */
  readonly state: Uint8Array | null
  readonly failure: string | null
  /** What each client had been shown by the server until then. */
  readonly shown: readonly ShownState[]
}

/** All that the server has shown one client of a page; what the client wrote itself is not in it. */
export interface ShownState {
  readonly client: ClientIndex
  /** How far it saw each other Yjs client's edits. */
  readonly clocks: readonly { readonly client: number; readonly end: number }[]
  readonly deletions: readonly { readonly client: number; readonly clock: number; readonly length: number }[]
}

/** A page at the very end, after quiet. */
export interface PageEnding {
  readonly page: PageIndex
  /** A fresh client that opened the page when everybody else had left; null when it could not. */
  readonly fresh: PageState | null
  /** What the HTTP API answers; null when the target has none or it failed. */
  readonly http: { readonly seq: number; readonly marks: readonly string[] } | null
  readonly clients: readonly ClientEnding[]
}

/** What a client held of a page when it was the last time connected. */
export interface ClientEnding {
  readonly client: ClientIndex
  readonly state: PageState
  /** Edits that the server had neither acknowledged nor refused after quiet. */
  readonly unacknowledged: number
  /** Whether it was connected and might write (or read, for a viewer); those who were put out are not compared. */
  readonly isConnected: boolean
  /** Whether it might write then: whoever may not holds what was refused, and is not compared. */
  readonly mayWrite: boolean
}

/** What stands on a page. */
export interface PageState {
  /** The whole content with its formatting, for comparing. */
  readonly xml: string
  /** The marks in the order of the text. */
  readonly marks: readonly string[]
  /** Encoded Yjs state vector, `client:clock` sorted by client. */
  readonly stateVector: string
}

/** What the API said of a page's `seq`. */
export interface SeqReading {
  readonly page: PageIndex
  readonly askedAt: Ms
  readonly answeredAt: Ms
  /** Null for the newest, otherwise the `seq` whose state was asked for. */
  readonly at: number | null
  /** The `seq` that was answered; null when it was refused. */
  readonly seq: number | null
  readonly status: number
  /** The marks that it had at that moment, for readings of the past. */
  readonly marks: readonly string[] | null
}

/** A change of what a client may do, asked for by the scenario's owner. */
export interface RightsChange {
  readonly client: ClientIndex
  /** A change that concerns several pages is written down for each. */
  readonly page: PageIndex
  /** By which way: `role`, `grant`, `link`, `session`. */
  readonly way: string
  readonly to: ClientRole | 'none'
  readonly askedAt: Ms
  /** When the API answered that it is so; null when it never did. */
  readonly answeredAt: Ms | null
  /** When the client heard of it: its connection was closed, or told that it may only read. Null for never. */
  readonly effectAt: Ms | null
  /** When its Socket.IO connection was closed or told that the page is lost; null for never. */
  readonly eventsEffectAt: Ms | null
}

/** A request over Socket.IO, and its answer. */
export interface RequestRecord {
  readonly client: ClientIndex
  /** Counts the client's Socket.IO connections, from 0. */
  readonly connection: number
  readonly name: string
  readonly payload: unknown
  readonly askedAt: Ms
  /** Null while there was no answer. */
  readonly answeredAt: Ms | null
  readonly answer: unknown
}

/** A fact that came over Socket.IO. */
export interface FactRecord {
  readonly client: ClientIndex
  readonly connection: number
  readonly name: string
  readonly payload: unknown
  readonly at: Ms
}

/** What a GET of the API answered, kept for oracles that compare facts with it. */
export interface RestReading {
  /** Whose token was used; null for the owner. */
  readonly client: ClientIndex | null
  readonly path: string
  /** Why it was read: "at the end". */
  readonly reason: string
  readonly at: Ms
  readonly status: number
  readonly body: unknown
}

/** What the server used at one moment. */
export interface ResourceSample {
  readonly at: Ms
  /** "before", "during", "after": before anybody came, while they write, when all have left. */
  readonly phase: 'before' | 'during' | 'after'
  /** Counts the server's starts, from 0. */
  readonly process: number
  /** Resident memory, bytes; null where nobody can tell. */
  readonly rssBytes: number | null
  /** What `/metrics` says, by the metric's name with labels. */
  readonly metrics: Readonly<Record<string, number>>
}

/** A caret as another client was shown it; of several that look the same the first. */
export interface CaretRecord {
  readonly page: PageIndex
  readonly seenBy: ClientIndex
  readonly at: Ms
  /** The Yjs client that it is said to be of. */
  readonly yjsClient: number
  /** Who it is said to be; null when it does not say. */
  readonly userId: string | null
  readonly userName: string | null
  /** The client that forged it; null for an honest one. */
  readonly forgedBy: ClientIndex | null
}

/** Who was said to be on a page when everybody had left it. */
export interface PresenceReading {
  readonly page: PageIndex
  readonly at: Ms
  /** How long ago the last of them had left, ms. */
  readonly afterMs: Ms
  /** By Socket.IO, the observer left out; null where there is none. */
  readonly users: readonly { readonly userId: string; readonly name: string }[] | null
  /** The Yjs clients whose carets are there, the observer's left out. */
  readonly carets: readonly number[]
}

/** Something that reached a client while it had no permission to see the page. */
export interface DeliveryRecord {
  readonly client: ClientIndex
  readonly page: PageIndex
  readonly at: Ms
  /** `content`: text of the page. `stored`: the answer that what it wrote is stored. */
  readonly what: 'content' | 'stored'
  /** Whether it came over the connection that it had, or over one that it made afterwards. */
  readonly over: 'old connection' | 'new connection'
}

/** A time in which the database certainly stood still. */
export interface OutageRecord {
  readonly from: Ms
  readonly to: Ms
}

/** An orderly stop of the server. */
export interface RestartRecord {
  readonly askedAt: Ms
  /** When the process had ended. */
  readonly endedAt: Ms
  /** Whether it ended by itself, in time and without an error. */
  readonly isOrderly: boolean
}

/** The server asked a client to come back later. */
export interface ComeBackRecord {
  readonly client: ClientIndex
  readonly transport: ConnectionRecord['transport']
  readonly page: PageIndex | null
  readonly toldAt: Ms
  readonly inMs: Ms
}

/** A moment in which the simulator itself was late: what it saw then it may have got earlier. */
export interface LagRecord {
  readonly at: Ms
  /** How late, ms. */
  readonly ms: Ms
}
