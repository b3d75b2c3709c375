import type { FaultContext } from './faults.ts'

/** What the server had written to its sockets before it ended arrives within this time, ms; then all are closed. */
const ARRIVAL_MS = 5_000

/** After the server has ended and the network was blocked: everybody gets what was under way, and is off then. */
export async function cutOffEverybody({
  network,
  clients,
  wait,
}: Pick<FaultContext, 'network' | 'clients' | 'wait'>): Promise<void> {
  const closed = () => Promise.all(clients.map((client) => client.socketsClosed()))
  await Promise.race([closed(), wait(ARRIVAL_MS)])
  for (const line of network.lines) line.cut()
  await closed()
}
