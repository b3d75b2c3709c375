import type { Random } from '../random.ts'
import { createLine, type Line, type LineConditions, PERFECT } from './line.ts'

/** All the lines of a run. */
export interface Network {
  /** The way of one client, by its name. Opens it the first time. */
  line(name: string): Promise<Line>
  readonly lines: readonly Line[]
  /** What every line is like when nothing disturbs it. */
  readonly usual: LineConditions
  /** Nobody can come in any more; connections that there are stay. */
  blockAll(): void
  unblockAll(): void
  /** As perfect as at the beginning, for everybody. */
  mend(): void
  close(): Promise<void>
}

export interface NetworkDeps {
  readonly target: URL
  readonly random: Random
  readonly conditions: Partial<LineConditions>
}

/** The network between the clients and the server. */
export function createNetwork({ target, random, conditions }: NetworkDeps): Network {
  const usual = { ...PERFECT, ...conditions }
  const lines = new Map<string, Line>()
  const all = () => [...lines.values()]
  return {
    async line(name) {
      const existing = lines.get(name)
      if (existing !== undefined) return existing
      const line = await createLine({ target, random: random.fork(name).next })
      line.setConditions(usual)
      lines.set(name, line)
      return line
    },
    get lines() {
      return all()
    },
    usual,
    blockAll() {
      for (const line of all()) line.block()
    },
    unblockAll() {
      for (const line of all()) line.unblock()
    },
    mend() {
      for (const line of all()) {
        line.setConditions(usual)
        line.unblock()
        line.resume()
      }
    },
    async close() {
      await Promise.all(all().map((line) => line.close()))
    },
  }
}
