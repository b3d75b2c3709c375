import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { type AddressInfo, createServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { bundleServer } from '../simulator/world/bundle-server.ts'

/** A server in a process of its own, with its own embedded PostgreSQL, that a test can kill and start again. */
export interface ServerProcess {
  /** The same before and after a restart. */
  readonly url: string
  /** Resolves when it serves. */
  start(): Promise<void>
  /** SIGKILL: no warning, no clean-up. Its PostgreSQL is left behind. */
  kill(): Promise<void>
  /** SIGTERM, and waits for the exit; answers its code. */
  stop(): Promise<number | null>
  /** Stops whatever still runs and removes the data. */
  remove(): Promise<void>
}

const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
/** What `npm run build` made, with the editor: what people run. */
const BUILT = join(PROJECT, 'dist/server/main.js')

/** Of the sources as they are, so that what is tested is what was last edited; or of the build, with the editor. */
export async function createServerProcess(from: 'source' | 'build' = 'source'): Promise<ServerProcess> {
  const bundle = from === 'source' ? await bundleServer() : undefined
  const dataDir = await mkdtemp(join(tmpdir(), 'copydesk-process-'))
  const port = await findFreePort()
  const url = `http://127.0.0.1:${port}`
  let child: ChildProcess | undefined

  async function end(signal: 'SIGKILL' | 'SIGTERM'): Promise<number | null> {
    const ending = child
    child = undefined
    if (ending === undefined || ending.exitCode !== null) return ending?.exitCode ?? null
    const exited = once(ending, 'exit')
    ending.kill(signal)
    const [code] = (await exited) as [number | null]
    return code
  }

  return {
    url,
    async start() {
      const output: string[] = []
      const started = spawn(process.execPath, [bundle?.file ?? BUILT], {
        cwd: PROJECT,
        env: {
          PATH: process.env['PATH'],
          PORT: String(port),
          DATA_DIR: dataDir,
          SIGN_IN_ATTEMPTS_PER_MINUTE: '1000',
        },
        stdio: ['ignore', 'pipe', 'pipe'],
      })
      child = started
      await new Promise<void>((resolve, reject) => {
        const listen = (chunk: Buffer) => {
          output.push(chunk.toString())
          if (output.join('').includes('Copydesk is running')) resolve()
        }
        started.stdout.on('data', listen)
        started.stderr.on('data', listen)
        started.once('exit', (code) =>
          reject(new Error(`the server ended with ${code}:\n${output.join('')}`)),
        )
      })
    },
    kill: async () => {
      await end('SIGKILL')
    },
    stop: () => end('SIGTERM'),
    async remove() {
      await end('SIGTERM')
      await stopOrphan(join(dataDir, 'postgres', 'postmaster.pid'))
      await rm(dataDir, { recursive: true, force: true })
      await bundle?.remove()
    },
  }
}

/** Ends a PostgreSQL that a killed server left behind, by the process id it wrote down itself. */
export async function stopOrphan(pidFile: string): Promise<void> {
  const pid = Number((await readFile(pidFile, 'utf8').catch(() => '')).split('\n')[0])
  if (pid > 1) process.kill(pid, 'SIGINT')
  const deadline = Date.now() + 10_000
  while (pid > 1 && Date.now() < deadline) {
    try {
      process.kill(pid, 0)
    } catch {
      return
    }
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
}

export async function findFreePort(): Promise<number> {
  const probe = createServer()
  await new Promise<void>((resolve) => probe.listen(0, '127.0.0.1', resolve))
  const { port } = probe.address() as AddressInfo
  await new Promise((resolve) => probe.close(resolve))
  return port
}
