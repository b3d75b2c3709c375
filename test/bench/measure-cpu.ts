import type { RunningPeer } from './peer.ts'
import type { Bench } from './scenario.ts'

/** CPU time that the server and PostgreSQL spent on something, ms. */
export interface CpuSpent {
  readonly serverMs: number
  /** NaN where the system does not tell. */
  readonly postgresMs: number
}

/** Does something and answers its result with the CPU time it took the server and PostgreSQL. */
export async function measureCpu<Result>(
  bench: Bench,
  server: RunningPeer,
  work: () => Promise<Result>,
): Promise<{ result: Result; cpu: CpuSpent }> {
  const read = async () => ({
    serverMs: (await server.process.ask('cpu')).cpuMs,
    postgresMs: (await bench.postgres.readCpuMs()) ?? Number.NaN,
  })
  const before = await read()
  const result = await work()
  const after = await read()
  return {
    result,
    cpu: {
      serverMs: after.serverMs - before.serverMs,
      postgresMs: after.postgresMs - before.postgresMs,
    },
  }
}
