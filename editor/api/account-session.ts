/*
 * Who is signed in on this browser, and the access token that proves it (in memory only).
 *
 *   restoring ──cookie accepted──▶ signed-in ◀──────────── sign in, register, guest entry
 *       │  └───no or dead cookie──▶ signed-out ◀── sign out, session ended ── signed-in
 *       └──server out of reach────▶ remembered (the last person, without a token: their offline copies open)
 *                                      └── server back ──▶ signed-in or signed-out
 *   Nobody remembered and no server: unreachable.
 */

import { z } from 'zod'
import {
  type GuestBody,
  type LoginBody,
  type RegisterBody,
  type Session,
  sessionSchema,
  type User,
  userSchema,
} from '../../shared/api/auth.ts'
import { ApiError } from './api-error.ts'
import type { CrossTabLock } from './cross-tab-lock.ts'
import type { KeyValueStore } from './key-value-store.ts'
import { type Fetch, sendRequest } from './request.ts'

/** Nobody was signed in, they left, their session ended, or a guest's visit did. */
export type SignedOutReason = 'never' | 'left' | 'ended' | 'visit-ended'

export type AccountState =
  | { kind: 'restoring' }
  | { kind: 'unreachable' }
  | { kind: 'signed-out'; reason: SignedOutReason }
  | { kind: 'remembered'; user: User; pageId: string | null }
  | { kind: 'signed-in'; user: User; pageId: string | null }

export interface AccountSession {
  getState(): AccountState
  subscribe(listener: () => void): () => void
  /** Asks the server who the cookie belongs to. Never throws: the outcome is the state. */
  restore(): Promise<void>
  register(body: RegisterBody): Promise<void>
  signIn(body: LoginBody): Promise<void>
  enterAsGuest(body: GuestBody): Promise<void>
  signOut(): Promise<void>
  /** A token that is still good; renews it when it is about to expire. Throws an ApiError. */
  getAccessToken(): Promise<string>
  /** A token newer than `stale`, which the server refused. Throws an ApiError. */
  renewAccessToken(stale?: string): Promise<string>
  /** Called with every renewed token, for connections that prolong themselves. */
  onTokenRenewed(listener: (token: string) => void): () => void
  close(): void
}

export interface AccountSessionDeps {
  fetch: Fetch
  lock: CrossTabLock
  storage: KeyValueStore
  now: () => number
}

const leaving = () => new ApiError('unauthenticated', 'You are signing out.')

/** A token is renewed this long before it expires. */
const RENEW_BEFORE_MS = 60_000
/** However wrong this device's clock is, a token just received is used for this long. */
const MIN_LIFETIME_MS = 30_000
/** Where the last person of this browser is remembered; other tabs hear of its changes. */
export const ACCOUNT_KEY = 'copydesk:account'
/** Where it stands since when a renewal is on its way. It is taken away with the answer, unless the page was left before. */
const RENEWAL_KEY = 'copydesk:renewal'
/** How long such a renewal is waited for: the next cookie may be on its way, and the one before must not go out again. */
const SETTLE_MS = 2_000
const rememberedSchema = z.object({ user: userSchema, pageId: z.uuid().nullable() })

/** Owns the signed-in person and the token. Knows nothing of pages, documents or screens. */
export function createAccountSession(deps: AccountSessionDeps): AccountSession {
  let state: AccountState = { kind: 'restoring' }
  let token: { value: string; freshUntil: number } | null = null
  let renewing: Promise<string> | null = null
  /** While signing out, connections that are put out must not try to come back. */
  let isLeaving = false
  let renewTimer: ReturnType<typeof setTimeout> | undefined
  const stateListeners = new Set<() => void>()
  const tokenListeners = new Set<(token: string) => void>()

  function setState(next: AccountState): void {
    state = next
    for (const listener of stateListeners) listener()
  }

  function accept(session: Session): string {
    const { user, pageId, accessToken } = session
    const expiresAt = Date.parse(session.expiresAt)
    const freshUntil = Math.max(expiresAt - RENEW_BEFORE_MS, deps.now() + MIN_LIFETIME_MS)
    token = { value: accessToken, freshUntil }
    deps.storage.setItem(ACCOUNT_KEY, JSON.stringify({ user, pageId }))
    clearTimeout(renewTimer)
    // Open connections live on a renewed token, so it is renewed even while nobody asks for one.
    renewTimer = setTimeout(() => void renew().catch(() => undefined), freshUntil - deps.now())
    const isSame =
      state.kind === 'signed-in' &&
      JSON.stringify(state.user) === JSON.stringify(user) &&
      state.pageId === pageId
    if (!isSame) setState({ kind: 'signed-in', user, pageId })
    for (const listener of tokenListeners) listener(accessToken)
    return accessToken
  }

  function forget(reason: SignedOutReason): void {
    token = null
    clearTimeout(renewTimer)
    deps.storage.removeItem(ACCOUNT_KEY)
    setState({ kind: 'signed-out', reason })
  }

  /** One renewal at a time in this tab, and one tab at a time: a reused refresh token ends the session. */
  function renew(): Promise<string> {
    if (isLeaving) return Promise.reject(leaving())
    renewing ??= deps
      .lock('refresh', exchangeCookie)
      .then(accept, (error: unknown) => {
        if (error instanceof ApiError && error.problem?.status === 401)
          forget(isGuest() ? 'visit-ended' : 'ended')
        throw error
      })
      .finally(() => {
        renewing = null
      })
    return renewing
  }

  async function exchangeCookie(): Promise<Session> {
    const { storage, now } = deps
    const age = now() - Number(storage.getItem(RENEWAL_KEY) ?? Number.NEGATIVE_INFINITY)
    if (age >= 0 && age < SETTLE_MS) await new Promise((resolve) => setTimeout(resolve, SETTLE_MS - age))
    if (isLeaving) throw leaving()
    storage.setItem(RENEWAL_KEY, String(now()))
    try {
      const options = { method: 'POST', schema: sessionSchema, keepalive: true } as const
      const session = await sendRequest(deps.fetch, '/api/auth/refresh', options)
      storage.removeItem(RENEWAL_KEY)
      return session
    } catch (error) {
      // Without an answer it may be the page that is being left.
      if (error instanceof ApiError && error.problem !== null) storage.removeItem(RENEWAL_KEY)
      throw error
    }
  }

  async function start(path: string, body: unknown): Promise<void> {
    accept(await sendRequest(deps.fetch, path, { method: 'POST', body, schema: sessionSchema }))
  }

  function readRemembered(): z.infer<typeof rememberedSchema> | null {
    try {
      const parsed = rememberedSchema.safeParse(JSON.parse(deps.storage.getItem(ACCOUNT_KEY) ?? 'null'))
      return parsed.success ? parsed.data : null
    } catch {
      return null
    }
  }

  function isGuest(): boolean {
    const user = 'user' in state ? state.user : readRemembered()?.user
    return user?.kind === 'guest'
  }

  return {
    getState: () => state,
    subscribe(listener) {
      stateListeners.add(listener)
      return () => stateListeners.delete(listener)
    },
    async restore() {
      const remembered = readRemembered()
      // Whoever signed in here is remembered here, so there is no cookie to ask about.
      if (!remembered && state.kind === 'restoring') {
        setState({ kind: 'signed-out', reason: 'never' })
        return
      }
      try {
        await renew()
      } catch {
        if (state.kind === 'signed-out' || state.kind === 'signed-in') return
        setState(remembered ? { kind: 'remembered', ...remembered } : { kind: 'unreachable' })
      }
    },
    register: (body) => start('/api/auth/register', body),
    signIn: (body) => start('/api/auth/login', body),
    enterAsGuest: (body) => start('/api/auth/guest', body),
    async signOut() {
      isLeaving = true
      try {
        await sendRequest(deps.fetch, '/api/auth/logout', {
          method: 'POST',
          schema: null,
          ...(token ? { token: token.value } : {}),
        })
        forget('left')
      } finally {
        isLeaving = false
      }
    },
    async getAccessToken() {
      if (token && deps.now() < token.freshUntil) return token.value
      return renew()
    },
    async renewAccessToken(stale) {
      if (token && stale !== undefined && token.value !== stale) return token.value
      return renew()
    },
    onTokenRenewed(listener) {
      tokenListeners.add(listener)
      return () => tokenListeners.delete(listener)
    },
    close() {
      clearTimeout(renewTimer)
      stateListeners.clear()
      tokenListeners.clear()
    },
  }
}
