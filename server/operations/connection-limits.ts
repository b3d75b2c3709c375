import type { IncomingMessage } from 'node:http'

/** The address that a connection comes from. */
export type AddressOf = (request: Pick<IncomingMessage, 'headers' | 'socket'>) => string

/** How many connections of a kind one person and one address may have. */
export interface ConnectionLimits {
  readonly perUser: number
  readonly perAddress: number
  readonly addressOf: AddressOf
}

/** Believes as many entries of X-Forwarded-For, from the right, as there are proxies in front. */
export function createAddressOf(trustedProxies: number): AddressOf {
  return ({ headers, socket }) => {
    const forwarded = [headers['x-forwarded-for'] ?? []].flat().join(',').split(',').reverse()
    const claimed = forwarded.map((address) => address.trim()).filter((address) => address !== '')
    const hops = [socket.remoteAddress ?? 'unknown', ...claimed]
    return hops[Math.min(trustedProxies, hops.length - 1)] as string
  }
}

/** Bounds how many of something each key may have at once. */
export interface Seats {
  /** Takes a seat; null when none is free. */
  take(key: string): Seat | null
  /** How many keys hold a seat. */
  count(): number
}

/** A place that somebody has taken. */
export interface Seat {
  /** Gives it back; doing that again changes nothing. */
  giveBack(): void
}

/** Counts in memory: a process that ends gives everything back. */
export function createSeats(limit: number): Seats {
  const taken = new Map<string, number>()
  return {
    take(key) {
      const before = taken.get(key) ?? 0
      if (before >= limit) return null
      taken.set(key, before + 1)
      return new TakenSeat(taken, key)
    },
    count: () => taken.size,
  }
}

/** A class, since there are two for each connection: what it can do is held once. */
class TakenSeat implements Seat {
  readonly #taken: Map<string, number>
  readonly #key: string
  #isHeld = true

  constructor(taken: Map<string, number>, key: string) {
    this.#taken = taken
    this.#key = key
  }

  giveBack(): void {
    if (!this.#isHeld) return
    this.#isHeld = false
    const left = (this.#taken.get(this.#key) ?? 1) - 1
    if (left === 0) this.#taken.delete(this.#key)
    else this.#taken.set(this.#key, left)
  }
}
