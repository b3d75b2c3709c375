import { cutOffEverybody } from './cut-off.ts'
import type { Fault } from './faults.ts'

/** A pause of PostgreSQL before everything is killed, ms: what is acknowledged meanwhile cannot be on disk. */
const PAUSE_MS = { min: 50, max: 400 }

/** SIGKILL in the middle of everything, a look at what is left, and a new start. */
export const crash: Fault = {
  title: 'the server was killed',
  does: 'Kills the server right after an acknowledgement, or together with a PostgreSQL that had just stalled; starts it again and looks at what is left before anybody comes back.',
  needs: 'server',
  async inject({ server, network, clients, random, checkpoint, wait, nextAcknowledgement }) {
    const { control } = server
    if (control === null) return
    const withDatabase = random.chance(0.5)
    if (withDatabase && control.database !== null) {
      await control.database.pause()
      await wait(random.integer(PAUSE_MS.min, PAUSE_MS.max))
      network.blockAll()
      await control.kill()
      await control.database.kill()
    } else {
      await nextAcknowledgement()
      network.blockAll()
      await control.kill()
    }
    await cutOffEverybody({ network, clients, wait })
    await control.start()
    await checkpoint('after the server was killed')
    network.unblockAll()
  },
}
