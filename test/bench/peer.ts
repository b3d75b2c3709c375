import type { DialectName } from './load/dialect.ts'
import type { Room } from './load/events-commands.ts'
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
  /** Makes empty pages with people of their own, who follow what happens around the text. */
  createRooms(rooms: number, peopleInEach: number): Promise<Room[]>
  stop(): Promise<void>
}

/** A server to compare with, by the name it has in every report. */
export interface Peer {
  readonly name: string
  /** How it is spoken to about documents; null where there are none. */
  readonly dialect: DialectName | null
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

/** Whether documents can be opened there. */
export const hasDocuments = ({ dialect }: Peer): boolean => dialect !== null
