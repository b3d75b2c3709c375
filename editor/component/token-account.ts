import { z } from 'zod'
import { OWN_ISSUER, type User, userSchema } from '../../shared/api/auth.ts'
import { computeAuthorColor } from '../../shared/colors.ts'
import type { AccountSession } from '../api/account-session.ts'
import { ApiError } from '../api/api-error.ts'

/** An access token, or how to get one that is good now. */
export type TokenSource = string | (() => string | Promise<string>)

/** The account of somebody whom a host application signs in: all that is known of it is its token. */
export interface TokenAccount
  extends Pick<AccountSession, 'getAccessToken' | 'renewAccessToken' | 'onTokenRenewed'> {
  /** From now on tokens come from here; open connections are prolonged. */
  setSource(source: TokenSource): void
  close(): void
}

/** A token is renewed this long before it expires, ms. */
const RENEW_BEFORE_MS = 60_000
/** However soon it expires, it is not renewed before this, ms. */
const MIN_WAIT_MS = 10_000
const MAX_TIMER_MS = 2 ** 31 - 1

/**
 * Takes tokens from the host application, and asks for the next one before the present one expires. A token of another
 * person is told of and not taken: what is open is the first one's.
 */
export function createTokenAccount(
  first: TokenSource,
  now: () => number,
  onOtherPerson: () => void = () => undefined,
): TokenAccount {
  let source = first
  let token: { value: string; freshUntil: number } | null = null
  let timer: ReturnType<typeof setTimeout> | undefined
  let reading: Promise<string> | null = null
  let isClosed = false
  const listeners = new Set<(token: string) => void>()

  function read(): Promise<string> {
    if (reading) return reading
    const asked = source
    const mine = Promise.resolve()
      .then(() => (typeof asked === 'function' ? asked() : asked))
      // What another source says has come meanwhile counts.
      .then((value) => (asked === source ? accept(value) : read()))
      .finally(() => {
        if (reading === mine) reading = null
      })
    reading = mine
    return mine
  }

  function renewIn(ms: number): void {
    timer = setTimeout(() => {
      read().catch(() => {
        if (!isClosed) renewIn(MIN_WAIT_MS)
      })
    }, ms)
  }

  function accept(value: string): string {
    if (token !== null && isOtherPerson(token.value, value)) {
      onOtherPerson()
      return token.value
    }
    const isNew = token !== null && token.value !== value
    token = { value, freshUntil: readExpiry(value) - RENEW_BEFORE_MS }
    clearTimeout(timer)
    if (typeof source === 'function' && Number.isFinite(token.freshUntil) && !isClosed) {
      const ms = Math.min(Math.max(token.freshUntil - now(), MIN_WAIT_MS), MAX_TIMER_MS)
      renewIn(ms)
    }
    if (isNew) for (const listener of listeners) listener(value)
    return value
  }

  return {
    getAccessToken: async () =>
      token !== null && (now() < token.freshUntil || typeof source === 'string') ? token.value : read(),
    async renewAccessToken(stale = token?.value) {
      if (token !== null && stale !== undefined && token.value !== stale) return token.value
      const value = await read()
      if (value !== stale) return value
      const title = 'The host application has no newer token.'
      throw new ApiError('token-expired', title, {
        ...{ type: 'about:blank', title, status: 401, code: 'token-expired' },
      })
    },
    onTokenRenewed(listener) {
      listeners.add(listener)
      return () => listeners.delete(listener)
    },
    setSource(next) {
      if (next === source) return
      source = next
      reading = null
      void read().catch(() => undefined)
    },
    close() {
      isClosed = true
      clearTimeout(timer)
      listeners.clear()
    },
  }
}

/** When a JWT expires, ms since 1970; never for what is none. */
function readExpiry(token: string): number {
  const { exp } = readClaims(token)
  return typeof exp === 'number' ? exp * 1000 : Number.POSITIVE_INFINITY
}

const ownClaimsSchema = z.object({
  iss: z.literal(OWN_ISSUER),
  sub: userSchema.shape.id,
  kind: userSchema.shape.kind,
  name: z.string(),
})

/** Who a token of the server's own speaks of; null for others. Whether it is good, the server decides. */
export function readOwnUser(token: string): User | null {
  const claims = ownClaimsSchema.safeParse(readClaims(token))
  if (!claims.success) return null
  const { sub: id, kind, name } = claims.data
  return { id, kind, name, email: null, color: computeAuthorColor(id) }
}

/** Whether two tokens say of themselves that they are of two people. */
function isOtherPerson(token: string, next: string): boolean {
  const [one, other] = [readClaims(token), readClaims(next)]
  return other.sub !== undefined && (one.sub !== other.sub || one.iss !== other.iss)
}

function readClaims(token: string): { exp?: unknown; iss?: unknown; sub?: unknown } {
  try {
    const payload = (token.split('.')[1] ?? '').replaceAll('-', '+').replaceAll('_', '/')
    const bytes = Uint8Array.from(atob(payload), (char) => char.charCodeAt(0))
    return JSON.parse(new TextDecoder().decode(bytes)) as { exp?: unknown; iss?: unknown; sub?: unknown }
  } catch {
    return {}
  }
}
