import { createHash, createHmac, randomBytes } from 'node:crypto'

/** Makes an unguessable token: 256 random bits, safe in a cookie or a URL's fragment. */
export function createSecretToken(): string {
  return randomBytes(32).toString('base64url')
}

/**
 * Makes the token of the thing with this name: unguessable without the secret, and the same each time, so that
 * it can be told again without being stored. The name says what it is, and whose.
 */
export function deriveSecretToken(secret: string, name: readonly ['share-link', ...string[]]): string {
  return createHmac('sha256', secret).update(name.join(':')).digest('base64url')
}

/**
 * What is stored of a token. SHA-256 without salt is enough for 256 random bits, and looking the hash
 * up by an index leaks nothing about the token through its timing.
 */
export function hashSecretToken(token: string): Buffer {
  return createHash('sha256').update(token).digest()
}
