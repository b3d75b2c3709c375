import pg from 'pg'

/** Runs one statement beside the server, on a connection of the test's own. */
export async function queryDatabase<Row extends pg.QueryResultRow>(
  databaseUrl: string,
  statement: string,
  values: unknown[] = [],
): Promise<Row[]> {
  const client = new pg.Client(databaseUrl)
  await client.connect()
  try {
    return (await client.query<Row>(statement, values)).rows
  } finally {
    await client.end()
  }
}

/** Everything that is stored, as one text: every column of every row of every table, bytes in both hex and text. */
export async function dumpDatabase(databaseUrl: string): Promise<string> {
  const tables = await queryDatabase<{ name: string }>(
    databaseUrl,
    "SELECT quote_ident(tablename) AS name FROM pg_tables WHERE schemaname = 'public' ORDER BY 1",
  )
  const dumps: string[] = []
  for (const { name } of tables) {
    const rows = await queryDatabase(databaseUrl, `SELECT * FROM ${name}`)
    for (const value of rows.flatMap((row) => Object.values(row))) {
      dumps.push(
        Buffer.isBuffer(value) ? `${value.toString('hex')} ${value.toString('latin1')}` : String(value),
      )
    }
  }
  return dumps.join('\n')
}
