import type { ExternalSettings } from '../../config.ts'
import type { Db } from '../../database/connect.ts'
import type { Authenticate } from '../authenticate.ts'
import { loadFixedKey } from './external-keys.ts'
import { createExternalPeople } from './external-people.ts'
import { createExternalTokens } from './external-tokens.ts'
import { createRemoteKeys, type RemoteKeysDeps } from './remote-keys.ts'

/** Authentication by tokens of another application. */
export interface ExternalAuthentication {
  /** Whether a token says that it comes from there. */
  isFor(token: string): boolean
  readonly authenticate: Authenticate
}

/** @throws ExternalKeyError if the configured key cannot be used */
export async function createExternalAuthentication(
  settings: ExternalSettings,
  { db, logger }: { readonly db: Db; readonly logger: RemoteKeysDeps['logger'] },
): Promise<ExternalAuthentication> {
  const { key, algorithm } = settings
  const findKey =
    key.kind === 'jwks'
      ? createRemoteKeys({ url: key.url, algorithm, now: Date.now, logger })
      : await loadFixedKey(key, algorithm)
  const tokens = createExternalTokens(settings, findKey)
  const people = createExternalPeople(db)
  return {
    isFor: tokens.isFor,
    async authenticate(token) {
      const check = await tokens.verify(token)
      switch (check.kind) {
        case 'invalid':
          return { kind: 'token-invalid' }
        case 'expired':
          return { kind: 'token-expired' }
        case 'unavailable':
          return { kind: 'identity-unavailable' }
        case 'valid': {
          const identity = await people.identify(check.claims)
          if (identity === null) return { kind: 'session-ended' }
          return { kind: 'authenticated', identity, tokenExpiresAt: check.claims.expiresAt }
        }
      }
    },
  }
}
