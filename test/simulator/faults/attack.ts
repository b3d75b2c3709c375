import { createAttackers } from '../clients/attackers.ts'
import type { Fault } from './faults.ts'

const LASTS_MS = { min: 1_500, max: 3_500 }

/** Hostile connections, beside everybody else's. */
export const attack: Fault = {
  title: 'hostile connections',
  does: 'Strangers without a token, viewers and people on pages of their own send malformed, forged and oversized frames for up to four seconds.',
  needs: 'network',
  async inject({ server, workspace, clients, random, wait }) {
    const attackers = await createAttackers({ server, workspace, clients, random })
    await wait(random.integer(LASTS_MS.min, LASTS_MS.max))
    attackers.close()
  },
}
