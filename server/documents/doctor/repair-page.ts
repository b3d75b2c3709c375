import type { Database } from '../../database/connect.ts'
import { createInlineFolder } from '../fold.ts'
import { createSnapshotStore } from '../snapshot-store.ts'
import { writeSnapshot } from '../write-snapshot.ts'
import type { Finding, Remedy } from './findings.ts'

/** Carries out a finding's remedy. Nothing is ever deleted that is not kept in quarantine first. */
export async function repairFinding(database: Database, finding: Finding): Promise<Finding> {
  if (finding.remedy === null) return finding
  const done = await REPAIRS[finding.remedy](database, finding)
  return done === null ? finding : { ...finding, ...done }
}

type Done = Pick<Finding, 'state' | 'consequence'>

/** What each did, or null if the page has changed since it was looked at. */
const REPAIRS: Record<Remedy, (database: Database, finding: Finding) => Promise<Done | null>> = {
  async 'rebuild-snapshot'(database, { pageId, seq, problem }) {
    if (!(await moveSnapshot(database, pageId, seq ?? 0, problem))) return null
    const deps = {
      store: createSnapshotStore(database),
      folder: createInlineFolder(),
      signal: new AbortController().signal,
    }
    await writeSnapshot(deps, pageId)
    return {
      state: 'repaired',
      consequence: 'The snapshot is in quarantine, and a new one was made from the log.',
    }
  },

  async 'set-head'({ pool }, { pageId, seq }) {
    const { rows } = await pool.query<{ seq: string }>(SET_HEAD, [pageId, seq])
    if (rows[0] === undefined) return null
    return { state: 'repaired', consequence: `The head was set to ${rows[0].seq}, where the log ends.` }
  },

  async 'create-head'({ pool }, { pageId }) {
    const { rows } = await pool.query<{ seq: string }>(CREATE_HEAD, [pageId])
    if (rows[0] === undefined) return null
    return { state: 'repaired', consequence: `The head was made again; the log ends at ${rows[0].seq}.` }
  },

  async 'quarantine-row'({ pool }, { pageId, seq, problem, consequence }) {
    await pool.query(COPY_ROW, [pageId, seq, problem])
    return { state: 'kept-safe', consequence: `${consequence} A copy of the row is in quarantine.` }
  },

  async 'quarantine-row-and-close-page'({ pool }, { pageId, seq, problem }) {
    await pool.query(COPY_ROW, [pageId, seq, problem])
    await pool.query('UPDATE documents SET damage = $2 WHERE page_id = $1', [
      pageId,
      `row ${seq} of its log does not decode`,
    ])
    return {
      state: 'kept-safe',
      consequence:
        'The page is marked as closed and a copy of the row is in quarantine. A backup may have the row whole.',
    }
  },

  async 'clear-mark'({ pool }, { pageId }) {
    await pool.query('UPDATE documents SET damage = NULL WHERE page_id = $1', [pageId])
    return { state: 'repaired', consequence: 'The mark was removed: the page opens again.' }
  },
}

/** Only while the rows that it covers are all there: the lock keeps a server from trimming them meanwhile. */
async function moveSnapshot(
  { pool }: Database,
  pageId: string,
  seq: number,
  reason: string,
): Promise<boolean> {
  const client = await pool.connect()
  try {
    await client.query('BEGIN')
    await client.query('SELECT FROM document_snapshots WHERE page_id = $1 AND seq = $2 FOR UPDATE', [
      pageId,
      seq,
    ])
    const moved = await client.query(MOVE_SNAPSHOT, [pageId, seq, reason])
    await client.query('COMMIT')
    return moved.rowCount === 1
  } catch (error) {
    // If not even that can be sent, the connection is gone and PostgreSQL does it by itself.
    await client.query('ROLLBACK').catch(() => undefined)
    throw error
  } finally {
    client.release()
  }
}

const MOVE_SNAPSHOT = `
  WITH moved AS (
    DELETE FROM document_snapshots
    WHERE page_id = $1 AND seq = $2
      AND (SELECT count(*) FROM document_updates WHERE page_id = $1 AND seq <= $2) = $2
    RETURNING page_id, seq, state, digest, created_at, verified_at
  )
  INSERT INTO document_quarantine (page_id, kind, seq, content, details, reason)
  SELECT page_id, 'snapshot', seq, state,
    jsonb_build_object('digest', encode(digest, 'hex'), 'createdAt', created_at, 'verifiedAt', verified_at), $3
  FROM moved`

const COPY_ROW = `
  INSERT INTO document_quarantine (page_id, kind, seq, content, details, reason)
  SELECT page_id, 'row', seq, update,
    jsonb_build_object('userId', user_id, 'connectionId', connection_id, 'createdAt', created_at), $3
  FROM document_updates AS row
  WHERE page_id = $1 AND seq = $2 AND NOT EXISTS (
    SELECT FROM document_quarantine AS kept
    WHERE kept.page_id = $1 AND kept.kind = 'row' AND kept.seq = $2 AND kept.content = row.update
  )`

/** Where a log ends: at its last row, or at the snapshot if all of it was trimmed. */
const END_OF_LOG = `greatest(
  (SELECT max(seq) FROM document_updates WHERE page_id = $1),
  (SELECT max(seq) FROM document_snapshots WHERE page_id = $1 AND verified_at IS NOT NULL)
)`

const SET_HEAD = `UPDATE documents SET seq = ${END_OF_LOG} WHERE page_id = $1 AND seq = $2 AND ${END_OF_LOG} > 0 RETURNING seq`

const CREATE_HEAD = `
  INSERT INTO documents (page_id, seq) SELECT $1, ${END_OF_LOG} WHERE ${END_OF_LOG} > 0
  ON CONFLICT DO NOTHING RETURNING seq`
