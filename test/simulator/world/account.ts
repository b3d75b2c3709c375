import { type Session, sessionSchema } from '../../../shared/api/auth.ts'
import type { Rest } from '../rest.ts'
import type { Account } from './server-under-test.ts'

/** Renew this long before the access token expires. */
const RENEW_BEFORE_MS = 60_000
/** Never renew more often than this, however short tokens are configured to live. */
const MIN_RENEW_INTERVAL_MS = 5_000
/** A renewal that failed (the server may just be restarting) is tried again after this. */
const RETRY_MS = 1_000
const MAX_RETRIES = 60

/** How somebody comes in: registering, signing in, or as a guest of a share link. */
export type SignIn =
  | { readonly path: '/api/auth/register'; readonly body: { email: string; password: string; name: string } }
  | { readonly path: '/api/auth/login'; readonly body: { email: string; password: string } }
  | { readonly path: '/api/auth/guest'; readonly body: { shareToken: string; name: string } }

export interface SignInDeps {
  readonly rest: Rest
  readonly signIn: SignIn
}

/** Signs in, and stays signed in until closed. Throws a `SimulatorError` when it is refused. */
export async function signIn({ rest, signIn: { path, body } }: SignInDeps): Promise<Account> {
  const listeners: (() => void)[] = []
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let current = await rest.json({ method: 'POST', path, body }, sessionSchema)
  schedule(current.value)

  function schedule({ expiresAt }: Session): void {
    const delayMs = Math.max(Date.parse(expiresAt) - Date.now() - RENEW_BEFORE_MS, MIN_RENEW_INTERVAL_MS)
    timer = setTimeout(() => void renew(0), delayMs)
    timer.unref()
  }

  async function renew(retries: number): Promise<void> {
    const { refreshToken } = current
    try {
      const next = await rest.json(
        {
          method: 'POST',
          path: '/api/auth/refresh',
          ...(refreshToken === undefined ? {} : { refreshToken }),
        },
        sessionSchema,
      )
      if (isClosed) return
      current = next
      for (const listener of listeners) listener()
      schedule(next.value)
    } catch {
      // Whoever cannot renew is put out when the token expires, and the run shows it.
      if (isClosed || retries >= MAX_RETRIES) return
      timer = setTimeout(() => void renew(retries + 1), RETRY_MS)
      timer.unref()
    }
  }

  return {
    userId: current.value.user.id,
    name: current.value.user.name,
    accessToken: () => current.value.accessToken,
    onRenewed: (listener) => void listeners.push(listener),
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}

/** When a token ends, ms since 1970; null for one that does not say. */
export function readTokenEnd(token: string): number | null {
  try {
    const { exp } = JSON.parse(Buffer.from(token.split('.')[1] ?? '', 'base64url').toString()) as {
      exp?: unknown
    }
    return typeof exp === 'number' ? exp * 1_000 : null
  } catch {
    return null
  }
}

/** Somebody whose token was given to us; it is used as long as it lasts. */
export function accountOfToken(token: string, user: { readonly id: string; readonly name: string }): Account {
  return {
    userId: user.id,
    name: user.name,
    accessToken: () => token,
    onRenewed: () => undefined,
    close: () => undefined,
  }
}
