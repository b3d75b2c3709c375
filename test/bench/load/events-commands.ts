import type { Percentiles } from './commands.ts'
import type { GeneratorHealth } from './loop-watch.ts'

/** A page's people: the first only listens and measures, the others do things in turn. */
export interface Room {
  readonly pageId: string
  readonly people: readonly { readonly userId: string; readonly token: string }[]
}

/** What all people together do, in a second. */
export interface TalkPlan {
  readonly messagesPerSecond: number
  /** People who begin to type; each stops a second later. */
  readonly typistsPerSecond: number
  /** People who become idle or active. */
  readonly presencesPerSecond: number
  readonly seconds: number
}

export interface TalkResult {
  /** What was done: messages, typing begun, typing stopped, presence changed. */
  readonly done: number
  /** From the request's socket write to somebody else on the page having it, ms. */
  readonly messageMs: Percentiles
  readonly typingMs: Percentiles
  /** Both together. */
  readonly deliveredMs: Percentiles
  /** Messages and typing that had not arrived when we stopped waiting. */
  readonly missing: number
  readonly generator: GeneratorHealth
}

/** What the load process for events can be asked, one command at a time. */
export interface EventsCommands {
  /** Connects everybody, and keeps them. */
  join: { question: { url: string; rooms: readonly Room[] }; answer: null }
  /** Lets people do things at a steady pace, and waits until those who listen have heard of it all. */
  talk: { question: TalkPlan; answer: TalkResult }
}
