import type { Database } from '../database/connect.ts'

// Which versions that nobody named are kept as time goes by, from each period the newest:
//
//   age      up to 24 hours     7 days         90 days       more
//   kept     all of them        one an hour    one a day     one a week
//
// Those kept before a restore or an overwrite stay for the history's retention at least, and are thinned
// like the others from then on. Named versions stay.

/** Versions that one statement removes: each may hold a whole page. */
export const MAX_THINNED_VERSIONS = 500

/**
 * Removes the versions that are one too many, oldest first and a bounded number of them, of the pages
 * behind `after` up to `upTo`. Answers how many; fewer than MAX_THINNED_VERSIONS means that none is left.
 */
export type ThinVersions = (after: string, upTo: string) => Promise<number>

/** Who wrote what a removed version was kept for is said of the next version that stays. */
const THIN = `
  WITH aged AS (
    SELECT id, page_id, seq, created_at, CASE
      WHEN created_at > $3::timestamptz - interval '24 hours' THEN NULL
      WHEN created_at > $3::timestamptz - interval '7 days' THEN 'hour'
      WHEN created_at > $3::timestamptz - interval '90 days' THEN 'day'
      ELSE 'week'
    END AS period
    FROM document_versions
    WHERE page_id > $1 AND page_id <= $2 AND (
      kind = 'automatic'
      OR kind IN ('before-restore', 'before-overwrite') AND created_at <= $3::timestamptz - make_interval(days => $4)
    )
  ),
  ranked AS (
    SELECT id, page_id, seq, created_at, row_number() OVER (
      PARTITION BY page_id, period, date_trunc(period, created_at, 'UTC') ORDER BY created_at DESC, seq DESC, id
    ) AS place
    FROM aged WHERE period IS NOT NULL
  ),
  surplus AS MATERIALIZED (
    SELECT id, page_id, seq FROM ranked WHERE place > 1
    ORDER BY page_id, created_at, id LIMIT ${MAX_THINNED_VERSIONS}
  ),
  removed AS (
    DELETE FROM document_versions USING surplus WHERE document_versions.id = surplus.id
    RETURNING document_versions.id, document_versions.page_id, document_versions.seq, document_versions.contributors
  ),
  inherited AS (
    SELECT heir.id, array_agg(DISTINCT contributor) AS contributors
    FROM removed
    CROSS JOIN LATERAL unnest(removed.contributors) AS contributor
    CROSS JOIN LATERAL (
      SELECT id FROM document_versions
      WHERE page_id = removed.page_id AND seq >= removed.seq AND id NOT IN (SELECT id FROM surplus)
      ORDER BY seq, created_at, id LIMIT 1
    ) AS heir
    GROUP BY heir.id
  ),
  passed_on AS (
    UPDATE document_versions
    SET contributors = ARRAY(SELECT DISTINCT unnest(document_versions.contributors || inherited.contributors))
    FROM inherited WHERE document_versions.id = inherited.id
  )
  SELECT count(*)::int AS count FROM removed`

/** `retentionDays` is how long single edits are kept. */
export function createThinVersions({
  pool,
  retentionDays,
  now = () => new Date(),
}: Pick<Database, 'pool'> & { readonly retentionDays: number; readonly now?: () => Date }): ThinVersions {
  return async (after, upTo) => {
    const { rows } = await pool.query<{ count: number }>(THIN, [after, upTo, now(), retentionDays])
    return rows[0]?.count ?? 0
  }
}
