/** The embedded PostgreSQL could not be prepared or started; the message holds what PostgreSQL itself said. */
export class EmbeddedPostgresError extends Error {
  override readonly name: string = 'EmbeddedPostgresError'
  readonly code: string = 'embedded-postgres-failed'
}

/** There is no PostgreSQL that can run on this machine; the operator has to bring one. */
export class EmbeddedPostgresUnavailableError extends EmbeddedPostgresError {
  override readonly name = 'EmbeddedPostgresUnavailableError'
  override readonly code = 'embedded-postgres-unavailable'

  constructor(reason: string, options?: ErrorOptions) {
    super(
      `${reason} Set DATABASE_URL to a PostgreSQL 15 or newer instead, ` +
        'for example DATABASE_URL=postgres://copydesk:secret@localhost:5432/copydesk',
      options,
    )
  }
}

/** Another live server is working in the data directory; starting a second one would risk its data. */
export class DataDirectoryInUseError extends EmbeddedPostgresError {
  override readonly name = 'DataDirectoryInUseError'
  override readonly code = 'data-directory-in-use'

  constructor(dataDir: string, postmasterPid: number | undefined, options?: ErrorOptions) {
    const holder = postmasterPid === undefined ? '' : ` (its PostgreSQL is process ${postmasterPid})`
    super(
      `The data directory ${dataDir} is in use by another running Copydesk server${holder}. ` +
        'Stop that server first, or give this one a directory of its own with DATA_DIR.',
      options,
    )
  }
}
