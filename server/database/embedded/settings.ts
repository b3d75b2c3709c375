/** The role that owns everything in the embedded cluster. */
export const EMBEDDED_USER = 'copydesk'
/** The database that the server works in. */
export const EMBEDDED_DATABASE = 'copydesk'

/**
 * The settings of every start. They go on the command line, where no configuration file can override
 * them: "saved means saved" must not hang on an edited postgresql.conf.
 */
export function serverSettings(options: {
  port: number
  serverPid: number
}): Record<string, string | number> {
  return {
    listen_addresses: '127.0.0.1',
    port: options.port,
    unix_socket_directories: '',

    fsync: 'on',
    synchronous_commit: 'on',
    full_page_writes: 'on',

    max_connections: 50,
    shared_buffers: '128MB',
    // Our queries are small, and parallel workers want more /dev/shm than a container has.
    max_parallel_workers_per_gather: 0,
    password_encryption: 'scram-sha-256',
    timezone: 'UTC',
    log_timezone: 'UTC',

    // Our logger adds the time; a line has to begin with its severity.
    logging_collector: 'off',
    log_destination: 'stderr',
    log_line_prefix: '',
    lc_messages: 'C',

    // Whoever finds this postmaster can see whose it is; see existing-postmaster.ts.
    'copydesk.server_pid': options.serverPid,
  }
}

/** How a new cluster is made: text in UTF-8, sorted by code point and so the same on every machine. */
export const INITDB_ARGUMENTS = [
  `--username=${EMBEDDED_USER}`,
  '--auth=scram-sha-256',
  '--encoding=UTF8',
  '--locale=C',
  '--locale-provider=builtin',
  '--builtin-locale=C.UTF-8',
  '--data-checksums',
  '--no-instructions',
]
