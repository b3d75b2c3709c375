import type { DialectName } from './load/dialect.ts'
import type { BenchPostgres } from './postgres.ts'
import type { ServerProcess } from './server-process.ts'

/** A page to write on, and the tokens of people who may. */
export interface BenchPage {
  readonly pageId: string
  readonly tokens: readonly string[]
}

/** A server under measurement. */
export interface RunningPeer {
  readonly process: ServerProcess
  /** Where documents are opened. */
  readonly socketUrl: string
  /** The database it keeps its documents in, if it has one. */
  readonly databaseUrl: string | null
  /** Makes empty pages that each of `people` people may write on. */
  createPages(pages: number, people: number): Promise<BenchPage[]>
  stop(): Promise<void>
}

/** A server to compare with, by the name it has in every report. */
export interface Peer {
  readonly name: string
  /** How it is spoken to. */
  readonly dialect: DialectName
  /** Whether documents survive it, so that there is something to open from cold. */
  readonly isDurable: boolean
  start(environment: PeerEnvironment): Promise<RunningPeer>
}

export interface PeerEnvironment {
  readonly postgres: BenchPostgres
  readonly profileDir: string | undefined
  /** A database to work in instead of a new one; whoever passes it also removes it. */
  readonly databaseUrl?: string
}
