import type { FastifyInstance, FastifyRequest } from 'fastify'
import { RateLimited } from './problems.ts'
import { identityOf } from './require-identity.ts'

/** How often one user may read, keep or restore what pages once said, in a minute and on all routes together. */
export const HISTORY_READS_PER_MINUTE = 120

const WINDOW_MS = 60_000
/** How many users or addresses are remembered; beyond that those who were heard of longest ago begin anew. */
const MAX_REMEMBERED = 20_000

/**
 * Counts a request against a limit; a hook.
 * @throws RateLimited
 */
export type LimitRequests = (request: FastifyRequest) => Promise<void>

/** How often each may ask in a minute; every limit is one count over all the routes that share it. */
export interface RequestLimits {
  /**
   * For behind the access token: first the user's own limit, then that of their address. What the first refuses
   * does not count for the second, so that nobody uses up alone what those beside them share.
   */
  readonly ofUser: LimitRequests
  /** For requests that nobody has proved to be theirs: counted for each address, apart from those of users. */
  readonly ofStranger: LimitRequests
  /** For searching, by user. */
  readonly ofSearch: LimitRequests
  /** For reading what pages once said, by user. */
  readonly ofHistory: LimitRequests
}

/** The numbers that an operator sets. */
export interface RequestLimitSettings {
  /** Requests that one user may make in a minute. */
  readonly requestsPerMinute: number
  /** The same for one address: so many by those who are signed in, and so many others. */
  readonly requestsPerMinutePerAddress: number
  /** Of a user's requests, how many may be searches. */
  readonly searchesPerMinute: number
}

/** `app` has the rate-limit plugin. The option of a route would count each route alone, so these are hooks. */
export function createRequestLimits(app: FastifyInstance, settings: RequestLimitSettings): RequestLimits {
  function createLimit(max: number, keyOf?: (request: FastifyRequest) => string): LimitRequests {
    const count = app.createRateLimit({
      ...{ max, timeWindow: WINDOW_MS, cache: MAX_REMEMBERED },
      // Without one it is the address, of IPv6 the network.
      ...(keyOf === undefined ? {} : { keyGenerator: keyOf }),
    })
    return async (request) => {
      const counted = await count(request)
      if (!counted.isAllowed && counted.isExceeded) throw new RateLimited(counted.ttl)
    }
  }

  const byUser = (request: FastifyRequest) => identityOf(request).userId
  const ofUserAlone = createLimit(settings.requestsPerMinute, byUser)
  const ofAddress = createLimit(settings.requestsPerMinutePerAddress)
  return {
    async ofUser(request) {
      await ofUserAlone(request)
      await ofAddress(request)
    },
    ofStranger: createLimit(settings.requestsPerMinutePerAddress),
    ofSearch: createLimit(settings.searchesPerMinute, byUser),
    ofHistory: createLimit(HISTORY_READS_PER_MINUTE, byUser),
  }
}
