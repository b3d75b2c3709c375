/** PostgreSQL's SQLSTATE for a broken unique constraint. */
const UNIQUE_VIOLATION = '23505'

/** The driver's error behind whatever drizzle wrapped around it, if it carries a code. */
function findCode(error: unknown): string | undefined {
  for (
    let current = error, depth = 0;
    current instanceof Error && depth < 5;
    current = current.cause, depth++
  ) {
    const { code } = current as Error & { code?: unknown }
    if (typeof code === 'string') return code
  }
  return undefined
}

/** Whether a statement failed because such a row exists already. */
export function isUniqueViolation(error: unknown): boolean {
  return findCode(error) === UNIQUE_VIOLATION
}

/**
 * Whether the database, not the statement, was at fault: it was unreachable, restarting, out of room,
 * read-only, or the connection broke. The same statement may well succeed later.
 */
export function isDatabaseUnavailable(error: unknown): boolean {
  const code = findCode(error)
  if (code === undefined) return error instanceof Error && /connection|timeout|timed out/i.test(error.message)
  // Classes: connection exception, insufficient resources, operator intervention, system error,
  // invalid transaction state / read-only, serialization and deadlock; and Node's socket errors.
  return /^(08|53|57|58|40)/.test(code) || code === '25006' || /^E[A-Z]+$/.test(code)
}
