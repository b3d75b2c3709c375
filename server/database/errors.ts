/** PostgreSQL's SQLSTATE for a broken unique constraint. */
const UNIQUE_VIOLATION = '23505'

/** The errors from the outermost, which may be drizzle's, down to the driver's own. */
function* causesOf(error: unknown): Generator<Error & { code?: unknown }> {
  for (
    let current = error, depth = 0;
    current instanceof Error && depth < 5;
    current = current.cause, depth++
  ) {
    yield current
  }
}

/** Whether a statement failed because such a row exists already. */
export function isUniqueViolation(error: unknown): boolean {
  return [...causesOf(error)].some(({ code }) => code === UNIQUE_VIOLATION)
}

/**
 * SQLSTATE classes for which the database, not the statement, is at fault: connection exception,
 * insufficient resources, operator intervention, system error, rollback for serialization or deadlock.
 */
const UNAVAILABLE_CLASSES = /^(08|53|57|58|40)/
/** SQLSTATE for a server that takes no writes for now, such as a standby. */
const READ_ONLY = '25006'
/** What pg says, without a code, when a connection breaks or a wait is over. */
const BROKEN_CONNECTION =
  /connection terminated|timeout exceeded|query read timeout|client has encountered a connection error/i

/** Whether the same statement may well succeed later: the database was unreachable, restarting, full or read-only. */
export function isDatabaseUnavailable(error: unknown): boolean {
  return [...causesOf(error)].some(({ code, message }) => {
    if (typeof code !== 'string') return BROKEN_CONNECTION.test(message)
    return UNAVAILABLE_CLASSES.test(code) || code === READ_ONLY || SOCKET_ERROR.test(code)
  })
}

/** Codes of Node's network errors, such as ECONNREFUSED; not those of files. */
const SOCKET_ERROR = /^E(CONN|TIMEDOUT|PIPE|HOST|NET|AI_|NOTFOUND|ADDR)/
