import {
  chmod,
  cp,
  lstat,
  mkdir,
  mkdtemp,
  open,
  readdir,
  readFile,
  realpath,
  rename,
  rm,
} from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { EmbeddedPostgresError } from './errors.ts'
import type { EmbeddedPostgresLogger } from './postgres-log.ts'

const OTHERS_MAY_WRITE = 0o022
const STICKY = 0o1000
const ABANDONED_AFTER_MS = 3_600_000

/**
 * Returns a copy of the package inside `copyDir` that everyone can run and only we can write, named
 * after its version and made if it is not there yet. Throws if anyone but us could have put something
 * into it: what lies there will be executed.
 */
export async function copyPackage(options: {
  packageDir: string
  copyDir: string
  /** Completes the library links of the copy. */
  link: (packageDir: string) => Promise<void>
  logger: EmbeddedPostgresLogger
}): Promise<string> {
  const { packageDir, logger } = options
  const copyDir = await claimDirectory(options.copyDir)
  await removeAbandoned(copyDir)

  const { name, version } = JSON.parse(await readFile(join(packageDir, 'package.json'), 'utf8'))
  const copy = join(copyDir, `${basename(name)}-${version}`)
  if (await isComplete(packageDir, copy)) {
    await options.link(copy)
    return copy
  }

  logger.info({ copy }, 'copying the embedded PostgreSQL to where it can be run')
  const unfinished = await mkdtemp(join(copyDir, '.copying-'))
  try {
    for (const part of ['bin', 'lib', 'share', 'pg-symlinks.json']) {
      const source = join(packageDir, 'native', part)
      const target = join(unfinished, 'native', part)
      await cp(source, target, { recursive: true, verbatimSymlinks: true, filter: isNeeded }).catch(
        ignoreMissing,
      )
    }
    await openToAll(unfinished)
    await options.link(unfinished)
    // Only a damaged copy can be in the way here, or that of another server which was faster.
    if (!(await isComplete(packageDir, copy))) {
      await rm(copy, { recursive: true, force: true })
      await rename(unfinished, copy)
    }
  } finally {
    // Must not hide why the copy failed; the next start after an hour tries again.
    await rm(unfinished, { recursive: true, force: true }).catch((error: unknown) => {
      logger.warn({ err: error, unfinished }, 'could not remove an unfinished copy')
    })
  }
  return copy
}

/** Makes the directory ours, or throws if it or one above it lets other users replace what is inside. */
async function claimDirectory(wanted: string): Promise<string> {
  await mkdir(wanted, { recursive: true, mode: 0o755 })
  const dir = await realpath(wanted)
  const found = await lstat(dir)
  refuseForeign(dir, found)
  // A tight umask would have closed it to the user it is for.
  if ((found.mode & 0o755) !== 0o755) await chmod(dir, 0o755)
  // An ordinary user's checkout is often writable for the user's own group.
  const mayWriteAbove = ourUid(0) === 0 ? OTHERS_MAY_WRITE : OTHERS_MAY_WRITE & 0o002
  for (let above = dirname(dir); ; above = dirname(above)) {
    const { uid, mode } = await lstat(above)
    const isSafe =
      (uid === 0 || uid === ourUid(uid)) && ((mode & mayWriteAbove) === 0 || (mode & STICKY) !== 0)
    if (process.platform !== 'win32' && !isSafe)
      throw new EmbeddedPostgresError(`${dir} is no safe place for programs: others may change ${above}`)
    if (above === dirname(above)) return dir
  }
}

function refuseForeign(path: string, found: { uid: number; mode: number; isSymbolicLink(): boolean }): void {
  const isWritable = !found.isSymbolicLink() && (found.mode & OTHERS_MAY_WRITE) !== 0
  if (process.platform !== 'win32' && (found.uid !== ourUid(found.uid) || isWritable)) {
    throw new EmbeddedPostgresError(`${path} is not only ours to write; remove it, or make it so`)
  }
}

/** Whether the copy is there, in full, and nobody else's. */
async function isComplete(packageDir: string, copy: string): Promise<boolean> {
  const top = await lstat(copy).catch(ignoreMissing)
  if (top === undefined) return false
  refuseForeign(copy, top)
  const copied = new Map<string, number>()
  for (const file of await entriesBelow(copy)) {
    const found = await lstat(join(copy, file))
    refuseForeign(join(copy, file), found)
    if (found.isFile()) copied.set(file, found.size)
  }
  for (const part of ['bin', 'lib', 'share']) {
    for (const file of await entriesBelow(join(packageDir, 'native', part))) {
      const original = await lstat(join(packageDir, 'native', part, file))
      if (!original.isFile() || !isNeeded(file)) continue
      if (copied.get(join('native', part, file)) !== original.size) return false
    }
  }
  return true
}

/** Lets everyone read and run the copy, and puts it on disk before its final name says that it is whole. */
async function openToAll(dir: string): Promise<void> {
  await chmod(dir, 0o755)
  for (const entry of await entriesBelow(dir)) {
    const path = join(dir, entry)
    const found = await lstat(path)
    if (found.isSymbolicLink()) continue
    const isProgram = dirname(entry) === join('native', 'bin')
    await chmod(path, found.isDirectory() || isProgram ? 0o755 : 0o644)
    if (!found.isFile()) continue
    const file = await open(path, 'r')
    await file.sync().finally(() => file.close())
  }
}

/** Removes what a copy that was killed half-way left behind, long after it could still be at work. */
async function removeAbandoned(copyDir: string): Promise<void> {
  for (const name of await readdir(copyDir)) {
    if (!name.startsWith('.copying-')) continue
    const found = await lstat(join(copyDir, name)).catch(ignoreMissing)
    if (found === undefined || Date.now() - found.mtimeMs < ABANDONED_AFTER_MS) continue
    await rm(join(copyDir, name), { recursive: true, force: true })
  }
}

/** Static libraries serve only who compiles against PostgreSQL. */
function isNeeded(path: string): boolean {
  return !path.endsWith('.a')
}

async function entriesBelow(dir: string): Promise<string[]> {
  return readdir(dir, { recursive: true })
}

function ourUid(otherwise: number): number {
  return process.geteuid?.() ?? otherwise
}

function ignoreMissing(error: NodeJS.ErrnoException): undefined {
  if (error.code !== 'ENOENT') throw error
}
