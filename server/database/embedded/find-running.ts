import { readFile, stat } from 'node:fs/promises'
import { join, resolve } from 'node:path'
import { clusterDirOf } from './cluster.ts'
import { readPostmasterPid } from './postmaster-pid.ts'
import { isPostmasterOf } from './processes.ts'
import { EMBEDDED_DATABASE, EMBEDDED_USER } from './settings.ts'

/** What is in a data directory, for whoever wants to look at it without disturbing anybody. */
export type FoundPostgres =
  /** A server works there; this is how to talk to its PostgreSQL. */
  | { readonly kind: 'running'; readonly url: string }
  /** A cluster lies there and nobody uses it. */
  | { readonly kind: 'stopped' }
  /** Somebody starts or stops one right now. */
  | { readonly kind: 'busy' }
  | { readonly kind: 'none' }

/** Looks at a data directory. Starts, stops and creates nothing. */
export async function findRunningPostgres(dataDir: string): Promise<FoundPostgres> {
  const clusterDir = clusterDirOf(resolve(dataDir))
  const isCluster = await stat(join(clusterDir, 'PG_VERSION')).then(() => true, ignoreMissing)
  if (!isCluster) return { kind: 'none' }
  const found = await readPostmasterPid(clusterDir)
  if (found === 'none') return { kind: 'stopped' }
  if (found === 'unreadable') return { kind: 'busy' }
  if (!(await isPostmasterOf(found.pid, clusterDir))) return { kind: 'stopped' }
  if (found.status !== 'ready' || found.port === undefined) return { kind: 'busy' }
  const password = (await readFile(join(resolve(dataDir), 'postgres-password'), 'utf8')).trim()
  const credentials = `${EMBEDDED_USER}:${encodeURIComponent(password)}`
  return { kind: 'running', url: `postgres://${credentials}@127.0.0.1:${found.port}/${EMBEDDED_DATABASE}` }
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT' && error.code !== 'ENOTDIR') throw error
}
