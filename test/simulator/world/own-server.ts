import { type ChildProcess, execFile, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { SimulatorError } from '../errors.ts'
import { createRest } from '../rest.ts'
import { bundleServer } from './bundle-server.ts'
import { readMetrics } from './metrics.ts'
import type { DatabaseControl, ServerControl, ServerUnderTest } from './server-under-test.ts'
import { createWorkspace } from './workspace.ts'

/** How a server is started: what node is given, and what is special in its environment. */
export interface ServerCommand {
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
}

const PROJECT = fileURLToPath(new URL('../../..', import.meta.url))
/** A first start makes a database; on a machine with other things to do that takes its time. */
const START_TIMEOUT_MS = 180_000
const STOP_TIMEOUT_MS = 40_000
const POLL_MS = 50
/** What is kept of the server's output, characters. */
const MAX_OUTPUT = 1_000_000

/**
 * A server of the run's own: a child process with its own PostgreSQL in a temporary directory. Without a command
 * it is the Copydesk of this checkout, from its sources: what is tested is what was last edited.
 */
export async function startOwnServer(
  given?: ServerCommand,
  title = 'a private server',
): Promise<ServerUnderTest> {
  const bundle = given === undefined ? await bundleServer() : undefined
  const command = given ?? { args: [bundle?.file ?? ''], env: {} }
  const dataDir = await mkdtemp(join(tmpdir(), 'copydesk-simulation-'))
  const port = await findFreePort()
  const url = new URL(`http://127.0.0.1:${port}`)
  const control = createServerProcess({
    url,
    command: {
      args: command.args,
      env: {
        PORT: String(port),
        DATA_DIR: dataDir,
        // Everybody comes from one address here.
        SIGN_IN_ATTEMPTS_PER_MINUTE: '100000',
        CONNECTIONS_PER_USER: '100000',
        CONNECTIONS_PER_ADDRESS: '100000',
        ...command.env,
      },
    },
    database: createDatabaseControl(join(dataDir, 'postgres', 'postmaster.pid')),
  })
  const rest = createRest({ baseUrl: url, onRateLimited: () => undefined })

  async function remove(): Promise<void> {
    await control.stop()
    await stopOrphan(join(dataDir, 'postgres', 'postmaster.pid'))
    await rm(dataDir, { recursive: true, force: true })
    await bundle?.remove()
  }

  try {
    await control.start()
  } catch (error) {
    await remove()
    throw error
  }
  return {
    title,
    url,
    documentPath: '/collaboration',
    hasEvents: true,
    control,
    prepare: (titles) => createWorkspace({ rest, owner: { kind: 'register' }, titles, maxAccounts: null }),
    readMetrics: () => readMetrics(url),
    close: remove,
  }
}

export interface ServerProcessDeps {
  /** Where it will listen; it serves when `GET /healthz` answers, or any answer comes. */
  readonly url: URL
  readonly command: ServerCommand
  readonly database: DatabaseControl | null
}

/** A server in a process of its own that can be killed and started again. Not started yet. */
export function createServerProcess({ url, command, database }: ServerProcessDeps): ServerControl {
  let child: ChildProcess | undefined
  let starts = 0
  let output = ''

  /** Whether it ended with 0, as what it does when it is asked to end. */
  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<boolean> {
    const ending = child
    child = undefined
    if (ending === undefined) return true
    if (hasEnded(ending)) return false
    const exited = once(ending, 'exit')
    ending.kill(signal)
    const late = setTimeout(() => ending.kill('SIGKILL'), STOP_TIMEOUT_MS)
    await exited
    clearTimeout(late)
    return ending.exitCode === 0
  }

  async function start(): Promise<void> {
    const started = spawn(process.execPath, [...command.args], {
      cwd: PROJECT,
      env: { PATH: process.env['PATH'], ...command.env },
      // Ctrl-C in a terminal goes to all of its group: it means us, and we still have to judge what there is.
      detached: true,
      stdio: ['ignore', 'pipe', 'pipe'],
    })
    child = started
    starts++
    const listen = (chunk: Buffer) => {
      output = (output + chunk.toString()).slice(-MAX_OUTPUT)
    }
    started.stdout?.on('data', listen)
    started.stderr?.on('data', listen)
    const deadline = Date.now() + START_TIMEOUT_MS
    while (!(await answers(url))) {
      if (hasEnded(started) || Date.now() > deadline) {
        started.kill('SIGKILL')
        const how = hasEnded(started)
          ? `ended with ${started.exitCode ?? started.signalCode}`
          : `does not answer after ${START_TIMEOUT_MS / 1_000} s`
        const word = output.trim() === '' ? 'It said nothing.' : `It said:\n${output.slice(-4_000)}`
        throw new SimulatorError('server-unreachable', `The private server ${how}. ${word}`)
      }
      await new Promise((resolve) => setTimeout(resolve, POLL_MS))
    }
  }

  return {
    start,
    async kill() {
      await end('SIGKILL')
    },
    stop: () => end('SIGTERM'),
    get pid() {
      return child === undefined || hasEnded(child) ? null : (child.pid ?? null)
    },
    get starts() {
      return starts
    },
    output: () => output,
    database,
  }
}

/** Controls a PostgreSQL by the process id that it wrote down itself. */
function createDatabaseControl(pidFile: string): DatabaseControl {
  let paused: number[] = []
  return {
    async kill() {
      const pid = await readPid(pidFile)
      const all = paused.length > 0 ? paused : [pid, ...(await childrenOf(pid))]
      for (const each of all) signal(each, 'SIGKILL')
      paused = []
    },
    async restart() {
      signal(await readPid(pidFile), 'SIGINT')
    },
    async pause() {
      const pid = await readPid(pidFile)
      // It first, so that it starts no more of them.
      signal(pid, 'SIGSTOP')
      const children = await childrenOf(pid)
      for (const each of children) signal(each, 'SIGSTOP')
      paused = [pid, ...children]
    },
    async resume() {
      for (const each of paused) signal(each, 'SIGCONT')
      paused = []
    },
  }
}

/** Ends a PostgreSQL that a killed server left behind. */
async function stopOrphan(pidFile: string): Promise<void> {
  const pid = await readPid(pidFile)
  signal(pid, 'SIGCONT')
  signal(pid, 'SIGINT')
  const deadline = Date.now() + 10_000
  while (signal(pid, 0) && Date.now() < deadline) await new Promise((resolve) => setTimeout(resolve, POLL_MS))
}

async function readPid(pidFile: string): Promise<number> {
  return Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0])
}

/** Whether the process was there. */
function signal(pid: number, name: NodeJS.Signals | 0): boolean {
  if (!(pid > 1)) return false
  try {
    return process.kill(pid, name)
  } catch {
    return false
  }
}

async function childrenOf(pid: number): Promise<number[]> {
  const { stdout } = await promisify(execFile)('ps', ['-axo', 'pid=,ppid='])
  return stdout
    .split('\n')
    .map((line) => line.trim().split(/\s+/).map(Number))
    .filter(([, parent]) => parent === pid)
    .map(([child]) => child ?? 0)
}

function hasEnded({ exitCode, signalCode }: ChildProcess): boolean {
  return exitCode !== null || signalCode !== null
}

/** Whether somebody answers HTTP there, with whatever status. */
async function answers(url: URL): Promise<boolean> {
  try {
    await (await fetch(new URL('/readyz', url), { signal: AbortSignal.timeout(5_000) })).arrayBuffer()
    return true
  } catch {
    return false
  }
}

/** A port that nobody listens on at this moment. */
export async function findFreePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
