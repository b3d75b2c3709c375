import { z } from 'zod'
import type { FactContract, RequestContract } from './contract.ts'
import { ackSchema, tokenSchema } from './envelope.ts'

/** How long before its token expires a connection is told, ms. */
export const TOKEN_NOTICE_MS = 60_000
/** How long after that a connection can still renew its token, and nothing else, ms. */
export const TOKEN_GRACE_MS = 5_000

export const sessionRequests = {
  renew_token: {
    summary: 'Go on with a newer access token of the same person, in place; answers when it expires.',
    who: 'anyone connected, also in the grace after the expiry',
    payload: z.object({ token: tokenSchema }),
    ack: ackSchema({ expiresAt: z.iso.datetime() }),
    errors: ['token-invalid', 'token-expired', 'session-ended', 'identity-unavailable'],
    rate: 'session',
  },
} as const satisfies Record<string, RequestContract>

export const sessionFacts = {
  token_expiring: {
    summary: 'The connection’s token expires within a minute: send `renew_token`.',
    who: 'the connection',
    rooms: ['socket'],
    payload: z.object({ eventId: z.uuid(), expiresAt: z.iso.datetime() }),
  },
  session_ended: {
    summary: 'The connection ends now. With `token-expired` a new token lets it back in, otherwise sign in.',
    who: 'each connection of the session',
    rooms: ['socket'],
    payload: z.object({ eventId: z.uuid(), reason: z.enum(['token-expired', 'session-ended']) }),
  },
} as const satisfies Record<string, FactContract>
