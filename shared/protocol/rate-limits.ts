/**
 * How often one person may send the requests of each class, over all of their connections together:
 * `burst` at once, and `perSecond` from then on.
 */
export const RATE_LIMITS = {
  /** Joining and leaving: an editor joins everything that it follows again when it reconnects. */
  room: { burst: 300, perSecond: 50 },
  /** What is stored and told to others. */
  change: { burst: 100, perSecond: 20 },
  /** Typing and presence. */
  signal: { burst: 60, perSecond: 10 },
  /** Renewing tokens. */
  session: { burst: 20, perSecond: 1 },
  /** What is not a valid request. */
  invalid: { burst: 300, perSecond: 20 },
} as const satisfies Record<string, { burst: number; perSecond: number }>

export type RateClass = keyof typeof RATE_LIMITS
