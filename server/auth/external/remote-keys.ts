import type { KeyObject } from 'node:crypto'
import { z } from 'zod'
import type { ExternalAlgorithm } from '../../config.ts'
import { type FindKey, type KeyLookup, readJwk } from './external-keys.ts'

/** How long fetching the keys may take, body included, ms. */
export const FETCH_TIMEOUT_MS = 5_000
/** The largest key set that is read, bytes, and the most keys of it that are looked at. */
export const MAX_KEY_SET_BYTES = 128 * 1024
export const MAX_KEYS = 50
/** From this age on, ms, the keys are fetched anew behind the next use. */
export const KEYS_FRESH_MS = 10 * 60_000
/** So long, ms, keys still count when they cannot be fetched anew. */
export const KEYS_USABLE_MS = 60 * 60_000
/** The shortest time between two fetches, ms, whatever tokens claim; after a failed one it is shorter. */
export const FETCH_INTERVAL_MS = 30_000
export const FETCH_INTERVAL_AFTER_FAILURE_MS = 5_000

const keySetSchema = z.object({ keys: z.array(z.looseObject({ kid: z.string().optional() })).max(MAX_KEYS) })

export interface RemoteKeysDeps {
  readonly url: string
  readonly algorithm: ExternalAlgorithm
  readonly now: () => number
  readonly logger: { warn(details: object, message: string): void }
  readonly fetchTimeoutMs?: number
}

/** Keys by their `kid`; one without is there as undefined. */
type KeySet = ReadonlyMap<string | undefined, KeyObject>

/**
 * The keys that the other application publishes at a URL (a JWK set). They are fetched when first needed and
 * kept; a `kid` that is not among them makes us look again, but no more often than the interval allows.
 */
export function createRemoteKeys(deps: RemoteKeysDeps): FindKey {
  let keys: KeySet | undefined
  let fetchedAt = Number.NEGATIVE_INFINITY
  let triedAt = Number.NEGATIVE_INFINITY
  let failed = false
  let fetching: Promise<void> | undefined

  /** Fetches unless somebody did so just now; whoever comes meanwhile waits for the same answer. */
  function refresh(): Promise<void> {
    if (fetching !== undefined) return fetching
    const interval = failed ? FETCH_INTERVAL_AFTER_FAILURE_MS : FETCH_INTERVAL_MS
    if (deps.now() - triedAt < interval) return Promise.resolve()
    triedAt = deps.now()
    fetching = fetchKeys(deps)
      .then(
        (found) => {
          keys = found
          fetchedAt = deps.now()
          failed = false
        },
        (error: unknown) => {
          failed = true
          deps.logger.warn(
            { code: 'external-keys-unavailable', err: error },
            'the external key set is not there',
          )
        },
      )
      .finally(() => {
        fetching = undefined
      })
    return fetching
  }

  function find(kid: string | undefined): KeyLookup {
    if (keys === undefined || deps.now() - fetchedAt > KEYS_USABLE_MS) return 'unavailable'
    // A token that names no key can mean one only when there is just one.
    const key = kid === undefined && keys.size === 1 ? [...keys.values()][0] : keys.get(kid)
    return key ?? (failed ? 'unavailable' : 'unknown')
  }

  return async (kid) => {
    const known = find(kid)
    if (typeof known === 'string') {
      await refresh()
      return find(kid)
    }
    // Nobody waits for keys that still count.
    if (deps.now() - fetchedAt > KEYS_FRESH_MS) void refresh()
    return known
  }
}

async function fetchKeys({
  url,
  algorithm,
  fetchTimeoutMs = FETCH_TIMEOUT_MS,
}: RemoteKeysDeps): Promise<KeySet> {
  const response = await fetch(url, {
    headers: { accept: 'application/json' },
    // The address was configured; where it sends us on to was not.
    redirect: 'error',
    signal: AbortSignal.timeout(fetchTimeoutMs),
  })
  if (!response.ok) {
    await response.body?.cancel()
    throw new Error(`the key set was answered with status ${response.status}`)
  }
  const { keys } = keySetSchema.parse(JSON.parse(await readText(response)))
  const found = new Map<string | undefined, KeyObject>()
  for (const jwk of keys) {
    const key = readJwk(jwk, algorithm)
    if (key !== null && !found.has(jwk.kid)) found.set(jwk.kid, key)
  }
  return found
}

async function readText(response: Response): Promise<string> {
  const chunks: Uint8Array[] = []
  let length = 0
  for await (const chunk of response.body ?? []) {
    length += chunk.byteLength
    if (length > MAX_KEY_SET_BYTES) throw new Error(`the key set is larger than ${MAX_KEY_SET_BYTES} bytes`)
    chunks.push(chunk)
  }
  return Buffer.concat(chunks).toString('utf8')
}
