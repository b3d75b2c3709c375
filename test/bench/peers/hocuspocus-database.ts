import { Server } from '@hocuspocus/server'
import pg from 'pg'
import * as Y from 'yjs'

// The stock server with what its extension-database does, on PostgreSQL: the whole state is read when a
// document opens, and written, debounced by Hocuspocus's defaults, after it has changed.

const pool = new pg.Pool({ connectionString: process.env['DATABASE_URL'] })
await pool.query('CREATE TABLE IF NOT EXISTS documents (name text PRIMARY KEY, data bytea NOT NULL)')

const server = new Server({
  port: Number(process.env['PORT']),
  address: '127.0.0.1',
  quiet: true,
  async onLoadDocument({ documentName, document }) {
    const { rows } = await pool.query('SELECT data FROM documents WHERE name = $1', [documentName])
    if (rows[0] !== undefined) Y.applyUpdate(document, rows[0].data)
  },
  async onStoreDocument({ documentName, document }) {
    await pool.query(
      'INSERT INTO documents (name, data) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET data = excluded.data',
      [documentName, Buffer.from(Y.encodeStateAsUpdate(document))],
    )
  },
})
await server.listen()
