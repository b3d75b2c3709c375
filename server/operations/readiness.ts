import type pg from 'pg'
import type { Database } from '../database/connect.ts'
import type { Logger } from './logger.ts'

/** How long a test commit may take, ms, before the server counts as not ready. */
const COMMIT_TIMEOUT_MS = 2_000

const PROBE = `
  INSERT INTO commit_probe (id, committed_at) VALUES (1, now())
  ON CONFLICT (id) DO UPDATE SET committed_at = excluded.committed_at`

/** Whether the server can do what it is there for: commit. */
export interface Readiness {
  /** Makes a real commit, one at a time however many ask. Never throws. */
  canCommit(): Promise<boolean>
}

export function createReadiness({ pool }: Pick<Database, 'pool'>, logger: Pick<Logger, 'warn'>): Readiness {
  let probing: Promise<boolean> | undefined

  async function probe(): Promise<boolean> {
    try {
      const query: pg.QueryConfig & { query_timeout: number } = {
        text: PROBE,
        query_timeout: COMMIT_TIMEOUT_MS,
      }
      await pool.query(query)
      return true
    } catch (error) {
      logger.warn({ err: error }, 'not ready: a test commit failed')
      return false
    }
  }

  return {
    canCommit() {
      probing ??= probe().finally(() => {
        probing = undefined
      })
      return probing
    },
  }
}
