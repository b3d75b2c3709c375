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
  /** Takes a seat and answers how to give it back, which may be done twice; null when none is free. */
  take(key: string): (() => void) | null
  /** How many keys hold a seat. */
  count(): number
}

/** Counts in memory: a process that ends gives everything back. */
export function createSeats(limit: number): Seats {
  const taken = new Map<string, number>()
  return {
    take(key) {
      const before = taken.get(key) ?? 0
      if (before >= limit) return null
      taken.set(key, before + 1)
      let isHeld = true
      return () => {
        if (!isHeld) return
        isHeld = false
        const left = (taken.get(key) ?? 1) - 1
        if (left === 0) taken.delete(key)
        else taken.set(key, left)
      }
    },
    count: () => taken.size,
  }
}
