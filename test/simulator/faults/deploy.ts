import { cutOffEverybody } from './cut-off.ts'
import type { Fault } from './faults.ts'

/** The server is asked to stop while everybody works, and started again. */
export const deploy: Fault = {
  title: 'the server was restarted',
  does: 'Asks the server to stop (SIGTERM), as a deploy does, waits for it, looks at what is left and starts it again.',
  needs: 'server',
  async inject({ server: { control }, network, clients, recorder, checkpoint, wait }) {
    if (control === null) return
    const askedAt = recorder.now()
    const isOrderly = await control.stop()
    network.blockAll()
    recorder.restart({ askedAt, endedAt: recorder.now(), isOrderly })
    await cutOffEverybody({ network, clients, wait })
    await control.start()
    await checkpoint('after the server was restarted')
    network.unblockAll()
  },
}
