import type { Version, VersionKind } from '../../shared/api/versions.ts'
import type { Database } from '../database/connect.ts'

/** A version that is to be kept. */
export interface NewVersion {
  readonly id: string
  readonly pageId: string
  readonly seq: number
  readonly state: Uint8Array
  readonly kind: VersionKind
  readonly name: string | null
  readonly createdBy: string | null
}

/** The kept versions of all pages. Knows bytes, not what they mean. */
export interface VersionStore {
  /** Keeps a version; one that nobody named only if there is none of this `seq` yet. Twice is once. */
  insert(version: NewVersion): Promise<void>
  /** Newest first, older than `before` if that is given: an entry's `position`. */
  list(pageId: string, limit: number, before: number | undefined): Promise<ListedVersion[]>
  find(pageId: string, versionId: string): Promise<Version | null>
  readState(pageId: string, versionId: string): Promise<{ seq: number; state: Uint8Array } | null>
}

export interface ListedVersion {
  readonly version: Version
  /** Its place in time, µs: where the next page of a list goes on. */
  readonly position: number
}

const INSERT = `
  INSERT INTO document_versions (id, page_id, seq, state, kind, name, created_by, contributors)
  SELECT $1, $2, $3, $4, $5, $6, $7, coalesce((
    SELECT array_agg(DISTINCT user_id) FROM document_updates
    WHERE page_id = $2 AND seq <= $3 AND seq > coalesce(
      (SELECT max(seq) FROM document_versions WHERE page_id = $2 AND seq < $3), 0)
  ), '{}')
  WHERE $6::text IS NOT NULL OR NOT EXISTS (SELECT FROM document_versions WHERE page_id = $2 AND seq = $3)
  ON CONFLICT (id) DO NOTHING`

const SELECT = `
  SELECT version.id, version.page_id, version.seq::float8 AS seq, version.kind, version.name, version.created_at,
    (extract(epoch FROM version.created_at) * 1000000)::float8 AS position,
    (SELECT jsonb_build_object('id', id, 'name', name) FROM users WHERE id = version.created_by) AS created_by,
    (SELECT coalesce(jsonb_agg(jsonb_build_object('id', id, 'name', name) ORDER BY name, id), '[]')
      FROM users WHERE id = ANY (version.contributors)) AS contributors
  FROM document_versions AS version`

interface Row {
  readonly id: string
  readonly page_id: string
  readonly seq: number
  readonly kind: VersionKind
  readonly name: string | null
  readonly created_at: Date
  readonly position: number
  readonly created_by: Version['createdBy']
  readonly contributors: Version['contributors']
}

export function createVersionStore({ pool }: Pick<Database, 'pool'>): VersionStore {
  return {
    async insert({ id, pageId, seq, state, kind, name, createdBy }) {
      await pool.query(INSERT, [id, pageId, seq, Buffer.from(state), kind, name, createdBy])
    },

    async list(pageId, limit, before) {
      const { rows } = await pool.query<Row>(
        `${SELECT} WHERE version.page_id = $1
          AND ($3::float8 IS NULL OR (extract(epoch FROM version.created_at) * 1000000)::float8 < $3)
          ORDER BY version.created_at DESC, version.id LIMIT $2`,
        [pageId, limit, before ?? null],
      )
      return rows.map((row) => ({ version: toVersion(row), position: row.position }))
    },

    async find(pageId, versionId) {
      const { rows } = await pool.query<Row>(`${SELECT} WHERE version.page_id = $1 AND version.id = $2`, [
        pageId,
        versionId,
      ])
      return rows[0] === undefined ? null : toVersion(rows[0])
    },

    async readState(pageId, versionId) {
      const { rows } = await pool.query<{ seq: number; state: Buffer }>(
        'SELECT seq::float8 AS seq, state FROM document_versions WHERE page_id = $1 AND id = $2',
        [pageId, versionId],
      )
      return rows[0] ?? null
    },
  }
}

function toVersion(row: Row): Version {
  return {
    id: row.id,
    pageId: row.page_id,
    seq: row.seq,
    kind: row.kind,
    name: row.name,
    createdBy: row.created_by,
    contributors: row.contributors,
    createdAt: row.created_at.toISOString(),
  }
}
