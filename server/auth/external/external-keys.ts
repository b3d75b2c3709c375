import { createPublicKey, type JsonWebKey, type KeyObject } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import type { ExternalAlgorithm, ExternalKeySource } from '../../config.ts'

/** RSA keys, bits: shorter ones can be broken, and longer ones would cost us seconds to check with. */
const MIN_RSA_BITS = 2048
const MAX_RSA_BITS = 8192

/** The key that a token is to be checked with, `unknown` if there is none, `unavailable` if that cannot be said now. */
export type KeyLookup = KeyObject | 'unknown' | 'unavailable'

/** Finds keys by the `kid` of a token's header, which may be missing. */
export type FindKey = (kid: string | undefined) => Promise<KeyLookup>

/** A configured key that cannot be used; the message names the setting and says what to do. */
export class ExternalKeyError extends Error {
  override readonly name = 'ExternalKeyError'
  readonly code = 'invalid-external-key'
}

/**
 * Reads the one key that was configured; `kid` does not matter then.
 * @throws ExternalKeyError if it cannot be read or is not a public key for the algorithm
 */
export async function loadFixedKey(
  source: Exclude<ExternalKeySource, { kind: 'jwks' }>,
  algorithm: ExternalAlgorithm,
): Promise<FindKey> {
  const setting = source.kind === 'pem' ? 'EXTERNAL_JWT_PUBLIC_KEY' : 'EXTERNAL_JWT_PUBLIC_KEY_FILE'
  const pem = source.kind === 'pem' ? source.pem : await readKeyFile(source.path)
  // Node would derive the public key from a private one, which does not belong here.
  if (/PRIVATE KEY/.test(pem)) {
    throw new ExternalKeyError(`${setting} holds a private key. Put only the public key on this machine.`)
  }
  let key: KeyObject
  try {
    key = createPublicKey(pem)
  } catch (error) {
    throw new ExternalKeyError(`${setting} is not a public key in PEM form (-----BEGIN PUBLIC KEY-----).`, {
      cause: error,
    })
  }
  if (!fitsAlgorithm(key, algorithm)) {
    throw new ExternalKeyError(
      `${setting} is no key for EXTERNAL_JWT_ALGORITHM=${algorithm}: ${NEEDED[algorithm]} is needed.`,
    )
  }
  return async () => key
}

async function readKeyFile(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8')
  } catch (error) {
    throw new ExternalKeyError(`EXTERNAL_JWT_PUBLIC_KEY_FILE cannot be read: ${path}`, { cause: error })
  }
}

/** A key from its JWK (RFC 7517), of which only the public members are looked at; null if it is none of ours to use. */
export function readJwk(jwk: JsonWebKey, algorithm: ExternalAlgorithm): KeyObject | null {
  const { kty, n, e, crv, x, y, use, alg, key_ops: operations } = jwk
  if (use !== undefined && use !== 'sig') return null
  if (alg !== undefined && alg !== algorithm) return null
  if (Array.isArray(operations) && !operations.includes('verify')) return null
  try {
    const members = algorithm === 'RS256' ? { kty, n, e } : { kty, crv, x, y }
    const key = createPublicKey({ key: members as JsonWebKey, format: 'jwk' })
    return fitsAlgorithm(key, algorithm) ? key : null
  } catch {
    // What Node cannot make into a key is none: the caller says so.
    return null
  }
}

const NEEDED: Record<ExternalAlgorithm, string> = {
  RS256: `an RSA key of ${MIN_RSA_BITS} to ${MAX_RSA_BITS} bits`,
  ES256: 'a key on the curve P-256',
}

/** Whether a key is one that the algorithm is safe with: an algorithm counts for its kind of key only. */
function fitsAlgorithm(
  { asymmetricKeyType, asymmetricKeyDetails }: KeyObject,
  algorithm: ExternalAlgorithm,
): boolean {
  if (algorithm === 'ES256')
    return asymmetricKeyType === 'ec' && asymmetricKeyDetails?.namedCurve === 'prime256v1'
  const bits = asymmetricKeyDetails?.modulusLength ?? 0
  return asymmetricKeyType === 'rsa' && bits >= MIN_RSA_BITS && bits <= MAX_RSA_BITS
}
