import { randomBytes, randomUUID } from 'node:crypto'
import { type Session, sessionSchema } from '../../shared/api/auth.ts'
import type { Rest } from './rest.ts'

/** Renew this long before the access token expires. */
const RENEW_BEFORE_MS = 60_000
/** Never renew more often than this, however short tokens are configured to live. */
const MIN_RENEW_INTERVAL_MS = 5_000

/** A registered author who stays signed in until closed. */
export interface Account {
  readonly email: string
  /** The current access token. */
  accessToken(): string
  /** Called with every new access token, so that open connections can be renewed in place. */
  onRenewed(listener: () => void): void
  close(): void
}

export interface AccountDeps {
  readonly rest: Rest
  readonly name: string
  readonly onFailure: (error: unknown) => void
}

/** Registers a new author with a random e-mail and password. */
export async function registerAccount({ rest, name, onFailure }: AccountDeps): Promise<Account> {
  const email = `replay-${randomUUID()}@example.com`
  const password = randomBytes(24).toString('base64url')
  const listeners: (() => void)[] = []
  let isClosed = false
  let timer: NodeJS.Timeout | undefined
  let current = await rest.json(
    { method: 'POST', path: '/api/auth/register', body: { email, password, name } },
    sessionSchema,
  )
  scheduleRenewal(current.value)

  function scheduleRenewal({ expiresAt }: Session): void {
    const delayMs = Math.max(Date.parse(expiresAt) - Date.now() - RENEW_BEFORE_MS, MIN_RENEW_INTERVAL_MS)
    timer = setTimeout(() => renew().catch(onFailure), delayMs)
  }

  async function renew(): Promise<void> {
    const { refreshToken } = current
    const next = await rest.json(
      { method: 'POST', path: '/api/auth/refresh', ...(refreshToken === undefined ? {} : { refreshToken }) },
      sessionSchema,
    )
    if (isClosed) return
    current = next
    for (const listener of listeners) listener()
    scheduleRenewal(next.value)
  }

  return {
    email,
    accessToken: () => current.value.accessToken,
    onRenewed: (listener) => void listeners.push(listener),
    close() {
      isClosed = true
      clearTimeout(timer)
    },
  }
}
