import type { Fault } from './faults.ts'

/** What the server had written to its sockets before it died arrives within this time, ms; then all are closed. */
const ARRIVAL_MS = 5_000

/** SIGKILL in the middle of everything, a look at what is left, and a new start. */
export const crash: Fault = {
  title: 'the server was killed',
  does: 'Kills the server with SIGKILL, starts it again and looks at what is left before anybody comes back.',
  needs: 'server',
  async inject({ server, network, clients, checkpoint, wait }) {
    const { control } = server
    if (control === null) return
    network.blockAll()
    await control.kill()
    await Promise.race([Promise.all(clients.map((client) => client.socketsClosed())), wait(ARRIVAL_MS)])
    for (const line of network.lines) line.cut()
    await Promise.all(clients.map((client) => client.socketsClosed()))
    await control.start()
    await checkpoint('after the server was killed')
    network.unblockAll()
  },
}
