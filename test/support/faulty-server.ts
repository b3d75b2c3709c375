import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleServer } from '../simulator/world/bundle-server.ts'
import { findFreePort, stopOrphan } from './server-process.ts'
import { JWT_SECRET } from './start-server.ts'

/** The steps of the commit path at which a server can be told to die, in their order. */
export const KILL_STEPS = [
  'received',
  'enqueued',
  'before-insert',
  'inserting',
  'committed',
  'applied',
  'before-acknowledgement',
  'acknowledged-one',
  'shown-to-one',
] as const

export interface KillOrder {
  readonly step: (typeof KILL_STEPS)[number]
  /** How often the step is passed before. */
  skip: number
  /** For `inserting`: how long after the statement was handed to PostgreSQL. */
  readonly delayMs: number
}

export type ChildCommand =
  | { readonly kind: 'kill-at'; readonly order: KillOrder }
  | { readonly kind: 'measure-memory' }
export type ChildReport =
  | { readonly kind: 'armed' }
  | { readonly kind: 'memory'; readonly heapBytes: number; readonly bufferBytes: number }

/** The real server in a process of its own that dies on order. */
export interface FaultyServer {
  readonly url: string
  /** Where its embedded PostgreSQL lives, if it has one. */
  readonly dataDir: string
  start(): Promise<void>
  /** Resolves once the order is in force. */
  killAt(order: KillOrder): Promise<void>
  /** SIGKILL now. */
  kill(): Promise<void>
  /** Sends a signal and does not wait. */
  signal(name: 'SIGTERM' | 'SIGINT'): void
  /** SIGTERM; answers the exit code. */
  stop(): Promise<number | null>
  /** Resolves with the signal or the code it ended with; at once if it has ended. */
  ended(): Promise<string>
  /** After a garbage collection. */
  measureMemory(): Promise<{ heapBytes: number; bufferBytes: number }>
  /** Everything it printed since it was last started. */
  output(): string
  remove(): Promise<void>
}

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const START_DEADLINE_MS = 30_000

/** One bundle for all servers of a test file: it starts in a fraction of the time that the sources need. */
export const bundleFaultyServer = () =>
  bundleServer({ entry: fileURLToPath(new URL('faulty-server.child.ts', import.meta.url)) })

/** Without a `databaseUrl` the server starts its own PostgreSQL. */
export async function createFaultyServer(file: string, databaseUrl?: string): Promise<FaultyServer> {
  const dataDir = await mkdtemp(join(tmpdir(), 'copydesk-faulty-'))
  const port = await findFreePort()
  let child: ChildProcess | undefined
  let ended: Promise<string> = Promise.resolve('not started')
  let output = ''

  async function ask(command: ChildCommand): Promise<ChildReport> {
    if (child === undefined) throw new Error('the server does not run')
    const answer = once(child, 'message') as Promise<[ChildReport]>
    child.send(command)
    return (await answer)[0]
  }

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<string> {
    child?.kill(signal)
    return ended
  }

  const server: FaultyServer = {
    url: `http://127.0.0.1:${port}`,
    dataDir,
    async start() {
      output = ''
      const started = spawn(process.execPath, ['--expose-gc', file], {
        cwd: PROJECT,
        env: {
          PATH: process.env['PATH'],
          PORT: String(port),
          DATA_DIR: dataDir,
          SIGN_IN_ATTEMPTS_PER_MINUTE: '1000',
          JWT_SECRET,
          ...(databaseUrl === undefined ? {} : { DATABASE_URL: databaseUrl }),
        },
        stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
      })
      child = started
      ended = once(started, 'exit').then(([code, signal]) => String(signal ?? code))
      await new Promise<void>((resolve, reject) => {
        const late = setTimeout(
          () => reject(new Error(`the server did not start:\n${output}`)),
          START_DEADLINE_MS,
        )
        const listen = (chunk: Buffer) => {
          output += chunk.toString()
          if (!output.includes('Copydesk is running')) return
          clearTimeout(late)
          resolve()
        }
        started.stdout?.on('data', listen)
        started.stderr?.on('data', listen)
        started.once('exit', (code) => {
          clearTimeout(late)
          reject(new Error(`the server ended with ${code}:\n${output}`))
        })
      })
    },
    async killAt(order) {
      await ask({ kind: 'kill-at', order })
    },
    kill: async () => {
      await end('SIGKILL')
    },
    signal: (name) => void child?.kill(name),
    async stop() {
      const how = await end('SIGTERM')
      return /^\d+$/.test(how) ? Number(how) : null
    },
    ended: () => ended,
    async measureMemory() {
      const answer = await ask({ kind: 'measure-memory' })
      if (answer.kind !== 'memory') throw new Error('expected an answer about memory')
      return answer
    },
    output: () => output,
    async remove() {
      if (child?.exitCode === null && child.signalCode === null) await end('SIGTERM')
      await stopOrphan(join(dataDir, 'postgres', 'postmaster.pid'))
      await rm(dataDir, { recursive: true, force: true })
    },
  }
  return server
}
