import { execFile } from 'node:child_process'
import { randomBytes } from 'node:crypto'
import {
  chown,
  lchown,
  link,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  rename,
  rm,
  stat,
  writeFile,
} from 'node:fs/promises'
import { join } from 'node:path'
import { promisify } from 'node:util'
import type { Binaries } from './binaries.ts'
import { EmbeddedPostgresError } from './errors.ts'
import type { EmbeddedPostgresLogger } from './postgres-log.ts'
import { type RunAs, spawnIdentity } from './privileges.ts'
import { INITDB_ARGUMENTS } from './settings.ts'

const run = promisify(execFile)

const UNFINISHED_PREFIX = 'postgres.unfinished-'
const ABANDONED_AFTER_MS = 3_600_000

/** A PostgreSQL data directory with everything that is needed to start a server on it. */
export interface Cluster {
  /** Our own directory, which holds the cluster and its password. */
  readonly dataDir: string
  /** PostgreSQL's directory, `<dataDir>/postgres`. */
  readonly dir: string
  readonly password: string
  readonly binaries: Binaries
  readonly runAs: RunAs | undefined
}

/** Where the cluster of a data directory lies. */
export function clusterDirOf(dataDir: string): string {
  return join(dataDir, 'postgres')
}

/** Makes sure that the data directory holds a whole cluster that belongs to the user it will run as. */
export async function prepareCluster(options: {
  dataDir: string
  binaries: Binaries
  runAs: RunAs | undefined
  logger: EmbeddedPostgresLogger
}): Promise<Cluster> {
  const { dataDir, runAs } = options
  const dir = clusterDirOf(dataDir)
  await removeAbandoned(dataDir)
  const isNew = !(await isCluster(dir))
  const cluster = { ...options, dir, password: await readPassword(dataDir, isNew) }
  if (isNew) await createCluster(cluster, options.logger)
  await checkOwner(dir, runAs)
  return cluster
}

/**
 * How to name the cluster's directory to PostgreSQL, which is spawned inside it. The user it runs as
 * may not be allowed to enter the directories above, so it must never walk there by path; libuv enters
 * the directory before it changes the user.
 */
export function clusterPathFor(cluster: Pick<Cluster, 'dir' | 'runAs'>): string {
  return cluster.runAs === undefined ? cluster.dir : '/proc/self/cwd'
}

/** Runs initdb beside the final place and moves the result there in one step: it is whole or not there. */
async function createCluster(cluster: Cluster, logger: EmbeddedPostgresLogger): Promise<void> {
  const { dataDir, runAs, binaries, dir } = cluster
  logger.info({ dir }, 'creating the embedded PostgreSQL cluster')
  const unfinished = await mkdtemp(join(dataDir, UNFINISHED_PREFIX))
  try {
    const newDir = join(unfinished, 'cluster')
    const passwordFile = join(unfinished, 'password')
    await mkdir(newDir, { mode: 0o700 })
    await writeFile(passwordFile, `${cluster.password}\n`, { mode: 0o600 })
    if (runAs !== undefined) {
      for (const path of [passwordFile, newDir, unfinished]) await chown(path, runAs.uid, runAs.gid)
    }
    const path = clusterPathFor({ dir: newDir, runAs })
    const passwordPath = runAs === undefined ? passwordFile : `${path}/../password`
    const initdbArguments = [...INITDB_ARGUMENTS, `--pwfile=${passwordPath}`, '-D', path]
    await run(binaries.initdb, initdbArguments, { ...spawnIdentity(runAs), cwd: newDir }).catch((cause) => {
      const said = `${cause.stdout ?? ''}${cause.stderr ?? ''}`.trim() || cause.message
      throw new EmbeddedPostgresError(`initdb could not create a cluster in ${dataDir}:\n${said}`, { cause })
    })
    await moveInto(newDir, dir)
    await syncDirectory(dataDir)
  } finally {
    await rm(unfinished, { recursive: true, force: true })
  }
}

async function moveInto(newDir: string, dir: string): Promise<void> {
  try {
    await rename(newDir, dir)
  } catch (cause) {
    // A server that started at the same moment may have been faster; both use the same password.
    if (await isCluster(dir)) return
    throw new EmbeddedPostgresError(
      `${dir} is in the way: it is neither empty nor a PostgreSQL cluster. Move it elsewhere and start again.`,
      { cause },
    )
  }
}

async function isCluster(dir: string): Promise<boolean> {
  return (await stat(join(dir, 'PG_VERSION')).catch(ignoreMissing)) !== undefined
}

async function checkOwner(dir: string, runAs: RunAs | undefined): Promise<void> {
  const { uid } = await stat(dir)
  if (runAs !== undefined) {
    // A backup that root unpacked belongs to root, as whom PostgreSQL cannot run.
    if (uid !== runAs.uid) await chownBelow(dir, runAs)
    return
  }
  const ours = process.geteuid?.()
  if (ours === undefined || uid === ours) return
  throw new EmbeddedPostgresError(
    `${dir} belongs to user ${uid}, but the server runs as user ${ours}. ` +
      `Start the server as root or as user ${uid}, or give it another directory with DATA_DIR.`,
  )
}

async function chownBelow(dir: string, owner: RunAs): Promise<void> {
  for (const entry of await readdir(dir, { recursive: true })) {
    await lchown(join(dir, entry), owner.uid, owner.gid)
  }
  // Last, because an interrupted change of owner has to be noticed at the next start.
  await lchown(dir, owner.uid, owner.gid)
}

/** Reads the superuser's password, which is made once, together with the cluster. */
async function readPassword(dataDir: string, isNew: boolean): Promise<string> {
  const file = join(dataDir, 'postgres-password')
  const existing = await readFile(file, 'utf8').catch(ignoreMissing)
  if (existing !== undefined) return existing.trim()
  if (!isNew) {
    throw new EmbeddedPostgresError(
      `${file} is missing, without which the cluster beside it cannot be opened. Restore it from your backup.`,
    )
  }
  const unfinished = `${file}.${randomBytes(6).toString('hex')}`
  const handle = await open(unfinished, 'wx', 0o600)
  try {
    await handle.writeFile(`${randomBytes(24).toString('base64url')}\n`)
    await handle.sync()
    // link, not rename: of two servers that start at once the first one's password stays.
    await link(unfinished, file).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  } finally {
    await handle.close()
    await rm(unfinished, { force: true })
  }
  await syncDirectory(dataDir)
  return (await readFile(file, 'utf8')).trim()
}

/** Removes what an interrupted initdb left behind, long after it could still be at work. */
async function removeAbandoned(dataDir: string): Promise<void> {
  for (const name of await readdir(dataDir)) {
    if (!name.startsWith(UNFINISHED_PREFIX)) continue
    const found = await stat(join(dataDir, name)).catch(ignoreMissing)
    if (found === undefined || Date.now() - found.mtimeMs < ABANDONED_AFTER_MS) continue
    await rm(join(dataDir, name), { recursive: true, force: true })
  }
}

async function syncDirectory(dir: string): Promise<void> {
  if (process.platform === 'win32') return
  const handle = await open(dir, 'r')
  await handle.sync().finally(() => handle.close())
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
