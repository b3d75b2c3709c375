import pg from 'pg'
import { test } from 'vitest'
import { request } from '../support/people.ts'
import { startServer } from '../support/start-server.ts'
import { until } from '../support/until.ts'

test('a database that answers but cannot commit makes the server not ready', async () => {
  const server = await startServer()
  const client = new pg.Client(server.databaseUrl)
  await client.connect()
  const setReadOnly = async (on: boolean) => {
    await client.query(
      `ALTER DATABASE ${client.database} SET default_transaction_read_only = ${on ? 'on' : 'off'}`,
    )
    // The setting counts for new connections: end the server's.
    await client.query(
      'SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()',
    )
  }
  try {
    await setReadOnly(true)
    await until(async () => (await request(server.url, 'GET', '/readyz')).status === 503)
    await client.query('SET default_transaction_read_only = off')
    await setReadOnly(false)
    await until(async () => (await request(server.url, 'GET', '/readyz')).status === 200)
  } finally {
    await client.end()
    await server.close()
  }
})
