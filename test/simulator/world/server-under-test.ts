import type { ClientRole, PageIndex } from '../record.ts'

/** Somebody who is signed in to the server under test, and stays so until closed. */
export interface Account {
  readonly userId: string
  readonly name: string
  /** The share link that a guest came by. */
  readonly link?: { readonly pageId: string; readonly linkId: string }
  /** The current access token. */
  accessToken(): string
  /** Called with every new access token, so that open connections can be renewed in place. */
  onRenewed(listener: () => void): void
  close(): void
}

/** What the API says of a page: `seq`, and the marks in the order of the text. */
export interface ContentReading {
  readonly status: number
  readonly seq: number | null
  readonly marks: readonly string[] | null
}

/** The people and pages of a run. Copydesk's is made over REST; a server without accounts has one of its own. */
export interface Workspace {
  /** Who made the pages and may change what others may do. */
  readonly owner: Account
  /** Somebody who may read the pages, for fresh looks. */
  readonly observer: Account
  /** Ids of the pages, all in one drive. */
  readonly pageIds: readonly string[]
  readonly driveId: string | null
  /** An account for a client, with this role on all pages or, as a guest of a link of its own, on one. */
  admit(name: string, role: ClientRole, linkTo?: PageIndex): Promise<Account>
  /** The page as HTTP has it, at a `seq` or now; null when the server has no such interface. */
  readContent(pageId: string, at: number | null): Promise<ContentReading | null>
  /** A GET in somebody's name; null when the server has no REST. */
  get(account: Account, path: string): Promise<{ readonly status: number; readonly body: unknown } | null>
  /** Any other request in somebody's name, such as a change of roles; null when the server has no REST. */
  change(
    account: Account,
    method: 'POST' | 'PUT' | 'PATCH' | 'DELETE',
    path: string,
    body?: unknown,
  ): Promise<{ readonly status: number; readonly body: unknown } | null>
  close(): void
}

/** What only whoever started the server can do to it. All by signals, from outside. */
export interface ServerControl {
  /** SIGKILL, and waits for the end. What it had started itself is left behind. */
  kill(): Promise<void>
  /** SIGTERM, and waits for the end. Whether it came in time and without an error. */
  stop(): Promise<boolean>
  /** Starts it (again) and resolves when it serves. */
  start(): Promise<void>
  /** Of the running process; null when it does not run. */
  readonly pid: number | null
  /** How often it was started before. */
  readonly starts: number
  /** Everything it printed, of all its lives. */
  output(): string
  /** Its PostgreSQL; null for a server without one of its own. */
  readonly database: DatabaseControl | null
}

export interface DatabaseControl {
  /** SIGKILL to all its processes, paused or not. Whoever keeps it starts it again. */
  kill(): Promise<void>
  /** SIGSTOP to all its processes. */
  pause(): Promise<void>
  resume(): Promise<void>
  /** An orderly fast shutdown; whoever keeps it starts it again. */
  restart(): Promise<void>
}

/** What a simulation runs against. */
export interface ServerUnderTest {
  /** "a private server", or an address. */
  readonly title: string
  /** Where it is reached directly; the clients go there through lines of the simulator's own. */
  readonly url: URL
  /** Path of the document WebSocket: `/collaboration`. */
  readonly documentPath: string
  /** Whether it has Socket.IO at `/realtime`. */
  readonly hasEvents: boolean
  readonly control: ServerControl | null
  prepare(titles: readonly string[]): Promise<Workspace>
  /** What `/metrics` says; empty where there is none. */
  readMetrics(): Promise<Readonly<Record<string, number>>>
  close(): Promise<void>
}
