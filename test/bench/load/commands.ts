import type { GeneratorHealth } from './loop-watch.ts'

// What the benchmark asks of a load process, one command at a time.

/** One connection to open on a page. */
export interface Visitor {
  readonly pageId: string
  readonly token: string
  /** Whether it types when asked to; others only read. */
  readonly writes: boolean
  /** Whether it decodes what it is sent: only a few do, since that costs the generator time. */
  readonly observes: boolean
}

export interface TypingPlan {
  /** Of all writers together, who take turns. */
  readonly editsPerSecond: number
  readonly seconds: number
  readonly withCarets: boolean
}

export interface TypingResult {
  readonly edits: number
  /** The pace that was kept; lower than planned if this process could not keep up. */
  readonly sentPerSecond: number
  /** From the keystroke to another client having it, ms. */
  readonly seenMs: Percentiles
  /** From the keystroke to its acknowledgement, ms. */
  readonly acknowledgedMs: Percentiles
  /** Edits times observers that had not arrived when we stopped waiting. */
  readonly missing: number
  /** Messages that came in on all connections. */
  readonly received: number
  readonly generator: GeneratorHealth
}

export interface Percentiles {
  readonly p50: number
  readonly p99: number
  readonly max: number
}

/** Each command's question and answer. */
export interface Commands {
  /** Opens connections and keeps them. `inBatches`: those who do not observe read now and then, not each message. */
  join: { question: { url: string; visitors: readonly Visitor[]; inBatches: boolean }; answer: null }
  /** Lets all writers type in turn, at a steady pace, and waits until the observers have it all. */
  type: { question: TypingPlan; answer: TypingResult }
  /** The first writer sends this many edits at once and waits for the last acknowledgement. */
  burst: { question: { edits: number }; answer: { lastAckMs: number; generator: GeneratorHealth } }
  /** Opens a page on a new connection, and leaves; answers how long it took until its state was here. */
  open: {
    question: { url: string; pageId: string; token: string }
    answer: { ms: number; sizeBytes: number; bareApplyMs: number }
  }
  /** Hangs up on every connection. */
  leave: { question: null; answer: null }
}

/** A command on its way to the load process, and what comes back. */
export interface Request {
  readonly id: number
  readonly name: string
  readonly question: unknown
}
export type Response =
  | { readonly id: number; readonly answer: unknown }
  | { readonly id: number; readonly error: string }
