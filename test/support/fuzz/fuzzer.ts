import { fork } from 'node:child_process'
import { once } from 'node:events'
import { fileURLToPath } from 'node:url'
import type { FuzzMaterial } from './mutate-frame.ts'

/** What a fuzzer process is to do. */
export interface FuzzPlan {
  readonly serverUrl: string
  readonly material: FuzzMaterial
  /** Frames of these numbers are sent, `until` not included. */
  readonly from: number
  readonly until: number
  /** Who sockets are signed in as, and on which page. */
  readonly visitors: readonly FuzzVisitor[]
}

/** Without a token the socket says nothing before the frames come. */
export interface FuzzVisitor {
  readonly token?: string
  readonly pageId: string
}

/** What became of the frames; every count is by name. */
export interface FuzzReport {
  /** Frames that the server read and that left their socket open. */
  readonly survived: number
  /** Frames that closed their socket, by the reason. */
  readonly closed: Readonly<Record<string, number>>
  /** For each reason a frame that closed its socket, as hex. */
  readonly examples: Readonly<Record<string, string>>
  /** Tokens and pages that were refused on an open socket, by the reason. */
  readonly refused: Readonly<Record<string, number>>
  /** Updates that were acknowledged as saved, and those that were refused. */
  readonly saved: number
  readonly notSaved: number
  readonly sockets: number
  /** How many frames each mutation made. */
  readonly mutations: Readonly<Record<string, number>>
}

export type FuzzAnswer = { readonly report: FuzzReport } | { readonly failed: string }

/** Sends mutated frames from a process of its own, so that whoever measures next door has an event loop to itself. */
export async function runFuzzer(plan: FuzzPlan): Promise<FuzzReport> {
  const child = fork(fileURLToPath(new URL('./fuzzer.child.ts', import.meta.url)), {
    execArgv: ['--import', 'tsx'],
    serialization: 'advanced',
  })
  try {
    child.send(plan)
    const [answer] = (await Promise.race([
      once(child, 'message'),
      once(child, 'exit').then(([code]) => [{ failed: `the fuzzer ended with ${code}` }]),
    ])) as [FuzzAnswer]
    if ('failed' in answer) throw new Error(answer.failed)
    return answer.report
  } finally {
    child.kill('SIGKILL')
  }
}
