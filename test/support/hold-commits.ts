import pg from 'pg'

/** Lets commits to a page wait in PostgreSQL until the answer is called. */
export function holdCommits(databaseUrl: string, pageId: string): Promise<() => Promise<void>> {
  return hold(databaseUrl, 'SELECT seq FROM documents WHERE page_id = $1 FOR UPDATE', [pageId])
}

/** Lets everybody who reads or writes a page's log wait until the answer is called. */
export function holdLog(databaseUrl: string): Promise<() => Promise<void>> {
  return hold(databaseUrl, 'LOCK TABLE document_updates IN ACCESS EXCLUSIVE MODE', [])
}

async function hold(databaseUrl: string, lock: string, values: string[]): Promise<() => Promise<void>> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  await client.query('BEGIN')
  await client.query(lock, values)
  return async () => {
    await client.query('ROLLBACK')
    await client.end()
  }
}

/** Whether a statement waits for such a lock. */
export async function isCommitHeld(databaseUrl: string): Promise<boolean> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  try {
    const { rows } = await client.query<{ count: number }>(
      `SELECT count(*)::int AS count FROM pg_stat_activity
       WHERE datname = current_database() AND wait_event_type = 'Lock' AND query LIKE '%document_updates%'`,
    )
    return (rows[0]?.count ?? 0) > 0
  } finally {
    await client.end()
  }
}
