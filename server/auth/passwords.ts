import { hash, verify } from '@node-rs/argon2'

/** argon2id with the parameters OWASP's Password Storage Cheat Sheet names: 19 MiB, 2 passes, 1 lane. */
const ARGON2_OPTIONS = { memoryCost: 19_456, timeCost: 2, parallelism: 1 } as const

/** Hashes a password with a fresh salt; the result is a PHC string (`$argon2id$…`). */
export function hashPassword(password: string): Promise<string> {
  return hash(password, ARGON2_OPTIONS)
}

let decoy: Promise<string> | undefined

/**
 * Whether the password is the one behind `passwordHash`. Without a hash (no such account) it answers
 * false after the same work, so that the time taken does not tell which addresses have accounts.
 */
export async function verifyPassword(passwordHash: string | null, password: string): Promise<boolean> {
  if (passwordHash !== null) return verify(passwordHash, password)
  decoy ??= hashPassword('nobody has this password')
  await verify(await decoy, password)
  return false
}
