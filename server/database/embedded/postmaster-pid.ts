import { randomUUID } from 'node:crypto'
import { link, readFile, rename, rm, stat } from 'node:fs/promises'
import { join } from 'node:path'

/** What a postmaster says about itself in its lock file. */
export interface PostmasterPid {
  readonly pid: number
  /** Missing while the postmaster is still writing the file. */
  readonly port: number | undefined
  readonly status: 'starting' | 'ready' | 'stopping' | undefined
  /** The file as read, to recognise it again before it is removed. */
  readonly text: string
}

/** A postmaster writes its id within milliseconds; a lock file without one after this long has no owner. */
const UNREADABLE_IS_STALE_AFTER_MS = 5_000

/** Reads `postmaster.pid`: what it says, that there is none, or that it has no process id (yet). */
export async function readPostmasterPid(clusterDir: string): Promise<PostmasterPid | 'none' | 'unreadable'> {
  const text = await readIfThere(join(clusterDir, 'postmaster.pid'))
  if (text === undefined) return 'none'
  // pid, data directory, start time, port, socket directory, listen address, shared memory, status
  const [pid, , , port, , , , status] = text.split('\n')
  if (!pid || !/^\d+$/.test(pid)) return 'unreadable'
  return { pid: Number(pid), port: port ? Number(port) : undefined, status: parseStatus(status), text }
}

/** Removes a lock file that its reader found stale, unless it has changed since. */
export async function removeStalePostmasterPid(clusterDir: string, staleText: string): Promise<void> {
  const file = join(clusterDir, 'postmaster.pid')
  const aside = `${file}.${randomUUID()}`
  // Move first, look after: another server may have replaced the file since we read it.
  await rename(file, aside).catch(ignoreMissing)
  const text = await readIfThere(aside)
  if (text === undefined) return
  if (text !== staleText) await link(aside, file).catch(ignoreExisting)
  await rm(aside)
}

/** Removes a lock file without a process id once it is too old to be in the middle of being written. */
export async function removeUnreadablePostmasterPid(clusterDir: string): Promise<void> {
  const file = join(clusterDir, 'postmaster.pid')
  const written = await stat(file).catch(ignoreMissing)
  if (written === undefined || Math.abs(Date.now() - written.mtimeMs) < UNREADABLE_IS_STALE_AFTER_MS) return
  const text = await readIfThere(file)
  if (text !== undefined) await removeStalePostmasterPid(clusterDir, text)
}

function parseStatus(line: string | undefined): PostmasterPid['status'] {
  const status = line?.trim()
  return status === 'starting' || status === 'ready' || status === 'stopping' ? status : undefined
}

async function readIfThere(file: string): Promise<string | undefined> {
  return (await readFile(file, 'utf8').catch(ignoreMissing)) ?? undefined
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}

function ignoreExisting(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'EEXIST') throw error
}
