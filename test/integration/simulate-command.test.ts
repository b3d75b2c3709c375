import { spawn } from 'node:child_process'
import { mkdtemp, readFile, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { RunSummary } from '../simulator/summary.ts'
import { startBrokenServer } from '../support/broken-servers/broken-servers.ts'
import { register } from '../support/people.ts'
import { startServer, type TestServer } from '../support/start-server.ts'

// `npm run simulate` as somebody runs it who has a deployment: what it prints, writes and ends with.

const COMMAND = fileURLToPath(new URL('../simulator/simulate.ts', import.meta.url))
const TIMEOUT_MS = 120_000

let server: TestServer
let directory: string

beforeAll(async () => {
  server = await startServer()
  directory = await mkdtemp(join(tmpdir(), 'copydesk-simulate-'))
})
afterAll(async () => {
  await server.close()
  await rm(directory, { recursive: true })
})

/** Runs the command to its end. */
const simulate = (...args: readonly string[]) => watch(args, () => undefined)

/** The same, as a group of processes of its own; `onOutput` gets everything printed so far, and its process id. */
async function watch(args: readonly string[], onOutput: (printed: string, pid: number) => void) {
  const child = spawn(process.execPath, ['--import', 'tsx', COMMAND, ...args], { detached: true })
  let printed = ''
  for (const stream of [child.stdout, child.stderr]) {
    stream.on('data', (chunk: Buffer) => {
      printed += chunk.toString()
      onOutput(printed, child.pid ?? 0)
    })
  }
  const exitCode = await new Promise<number | null>((resolve) => child.on('close', resolve))
  return { exitCode, printed }
}

const readJson = async (file: string): Promise<RunSummary> => JSON.parse(await readFile(file, 'utf8'))

/** A few people who write for a moment. */
const SMALL = ['--clients', '4', '--pages', '1', '--duration', '2s', '--seed', '7', '--quiet']

describe('npm run simulate', () => {
  test(
    'ends with 0 at a deployment that keeps its promises, and writes what it found in three formats',
    async () => {
      const owner = await register(server.url, 'Quinn Archer')
      const [json, junit, html] = ['json', 'xml', 'html'].map((ending) => join(directory, `whole.${ending}`))
      const { exitCode, printed } = await simulate(
        ...['everyday', '--faults', 'none', '--target', server.url, ...SMALL],
        ...['--email', owner.email, '--password', owner.password],
        ...['--json', json as string, '--junit', junit as string, '--html', html as string],
      )
      expect({ exitCode, printed }).toMatchObject({ exitCode: 0 })
      expect(printed).toContain('seed 7')
      expect(printed).not.toContain(owner.password)

      const summary = await readJson(json as string)
      expect(summary).toMatchObject({ ok: true, seed: 7, scenario: 'everyday', clients: 4, faults: [] })
      expect(summary.edits.acked).toBeGreaterThan(0)
      expect(summary.edits.acked).toBeLessThanOrEqual(summary.edits.sent)
      expect(summary.latencyMs.p50).toBeLessThanOrEqual(summary.latencyMs.p99)
      for (const promise of ['D1', 'D2', 'D5', 'C1', 'C2', 'A2', 'E4'])
        expect([promise, summary.promises[promise]?.ok]).toEqual([promise, true])

      expect(await readFile(junit as string, 'utf8')).toMatch(/<testsuite [^>]*failures="0" errors="0"/)
      const report = await readFile(html as string, 'utf8')
      expect(report).toContain('everyday: every promise held')
      expect(report).not.toMatch(/(?:src|href)="https?:/)
      expect(report).not.toContain(owner.password)
    },
    TIMEOUT_MS,
  )

  test(
    'ends with 1 at one that breaks a promise, names it, and prints the command that repeats it',
    async () => {
      const broken = await startBrokenServer('takes-viewers-updates')
      const json = join(directory, 'broken.json')
      try {
        const { exitCode, printed } = await simulate(
          ...['everyday', '--faults', 'none', '--target', broken.url.origin, '--json', json],
          ...['--clients', '10', '--pages', '1', '--duration', '3s', '--seed', '1', '--quiet', '--no-shrink'],
        )
        expect({ exitCode, printed }).toMatchObject({ exitCode: 1 })
        expect(printed).toContain('--seed 1')
        const { ok, promises } = await readJson(json)
        expect(ok).toBe(false)
        expect(promises['A2']?.broken[0]).toMatchObject({ client: expect.stringMatching(/^viewer/) })
      } finally {
        await broken.close()
      }
    },
    TIMEOUT_MS,
  )

  test(
    'ends with 2, and says what to do, when there is nobody or the server cannot be disturbed',
    async () => {
      const nobody = await simulate(
        'everyday',
        '--target',
        'http://127.0.0.1:9',
        '--faults',
        'none',
        ...SMALL,
      )
      expect(nobody).toMatchObject({ exitCode: 2, printed: expect.stringContaining('127.0.0.1:9') })
      const crash = await simulate('crash', '--target', server.url, ...SMALL)
      expect(crash).toMatchObject({ exitCode: 2, printed: expect.stringContaining('leave --target out') })
    },
    TIMEOUT_MS,
  )

  test(
    'says before it begins what would be known at the end only: a file that cannot be written, a token that ends',
    async () => {
      const file = join(COMMAND, 'result.json')
      const unwritable = await simulate(
        'everyday',
        '--target',
        'http://127.0.0.1:9',
        '--json',
        file,
        ...SMALL,
      )
      expect(unwritable).toMatchObject({
        exitCode: 2,
        printed: expect.stringContaining(`Cannot write ${file}`),
      })
      const { session } = await register(server.url, 'Rae Field')
      const outlived = await simulate(
        ...['rush', '--target', server.url, '--token', session.accessToken, '--duration', '2h', '--quiet'],
      )
      expect(outlived).toMatchObject({
        exitCode: 2,
        printed: expect.stringMatching(/The token ends in \d+ min/),
      })
    },
    TIMEOUT_MS,
  )

  test(
    'judges what there is when Ctrl-C ends it early: that goes to everything the terminal has started',
    async () => {
      let isInterrupted = false
      const { exitCode, printed } = await watch(
        ['everyday', '--clients', '4', '--pages', '1', '--duration', '5m', '--faults', 'none'],
        (soFar, pid) => {
          if (isInterrupted || !/ [1-9][\d,]* acknowledged/.test(soFar)) return
          isInterrupted = true
          process.kill(-pid, 'SIGINT')
        },
      )
      expect({ exitCode, printed }).toMatchObject({ exitCode: 0 })
      expect(printed).toContain('Ending early')
      expect(printed).toContain('everyday: every promise held.')
    },
    TIMEOUT_MS,
  )
})
