import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { connect } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { fileURLToPath } from 'node:url'

/** What a server says of itself. */
export interface Usage {
  /** CPU time of the whole process since its start, ms. */
  readonly cpuMs: number
  readonly rssBytes: number
  /** JavaScript heap and buffers, bytes. */
  readonly heldBytes: number
}

/** A server that is measured, in a process of its own. */
export interface ServerProcess {
  readonly port: number
  /** What it has used so far; for `memory` it collects its garbage first. */
  ask(question: 'cpu' | 'memory'): Promise<Usage>
  /** SIGTERM, and after a while SIGKILL. */
  stop(): Promise<void>
}

export interface ServerCommand {
  readonly port: number
  /** What node is started with, the script last. */
  readonly args: readonly string[]
  readonly env: Readonly<Record<string, string>>
  /** Where to leave a CPU profile of the whole life of the server; none without it. */
  readonly profileDir: string | undefined
}

const START_TIMEOUT_MS = 60_000
const STOP_TIMEOUT_MS = 15_000
const PROJECT = fileURLToPath(new URL('../..', import.meta.url))
const PROBE = new URL('./peers/usage-probe.mjs', import.meta.url).href

/** Starts a server and resolves when it accepts connections. */
export async function startServerProcess(command: ServerCommand): Promise<ServerProcess> {
  const { port, profileDir } = command
  const profiling = profileDir === undefined ? [] : ['--cpu-prof', `--cpu-prof-dir=${profileDir}`]
  const child = spawn(process.execPath, ['--expose-gc', ...profiling, '--import', PROBE, ...command.args], {
    cwd: PROJECT,
    env: { PATH: process.env['PATH'], PORT: String(port), NODE_ENV: 'production', ...command.env },
    stdio: ['ignore', 'pipe', 'pipe', 'ipc'],
  })
  let output = ''
  const remember = (chunk: Buffer) => {
    output = (output + chunk.toString()).slice(-4000)
  }
  child.stdout?.on('data', remember)
  child.stderr?.on('data', remember)

  const hasEnded = () => child.exitCode !== null || child.signalCode !== null
  const deadline = Date.now() + START_TIMEOUT_MS
  while (!(await accepts(port))) {
    if (hasEnded() || Date.now() > deadline) {
      child.kill('SIGKILL')
      throw new Error(`a server did not start (${command.args.join(' ')}):\n${output}`)
    }
    await sleep(50)
  }

  return {
    port,
    async ask(question) {
      if (hasEnded()) throw new Error(`a server ended while it was measured:\n${output}`)
      const answered = once(child, 'message')
      child.send(question)
      const [usage] = (await answered) as [Usage]
      return usage
    },
    async stop() {
      if (hasEnded()) return
      const exited = once(child, 'exit')
      const late = setTimeout(() => child.kill('SIGKILL'), STOP_TIMEOUT_MS)
      child.kill('SIGTERM')
      await exited
      clearTimeout(late)
    },
  }
}

function accepts(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port })
    const end = (answer: boolean) => {
      socket.destroy()
      resolve(answer)
    }
    socket.on('connect', () => end(true)).on('error', () => end(false))
  })
}
