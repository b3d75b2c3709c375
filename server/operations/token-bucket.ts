/** How fast somebody may go on: so many tokens a second, and so many at once before that counts. */
export interface TokenRate {
  readonly perSecond: number
  readonly burst: number
}

/** What a bucket holds some ms after it held `tokens`; a clock that was set back fills nothing. */
export function refill(tokens: number, elapsedMs: number, { perSecond, burst }: TokenRate): number {
  return Math.min(burst, tokens + (Math.max(0, elapsedMs) / 1000) * perSecond)
}

/** How long it takes until a bucket with `tokens` holds `wanted`, whole ms; 0 if it does. */
export function computeRefillMs(tokens: number, wanted: number, { perSecond }: TokenRate): number {
  return Math.max(0, Math.ceil(((wanted - tokens) / perSecond) * 1000))
}
