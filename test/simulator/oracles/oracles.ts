import type { Oracle } from '../oracle.ts'
import { onlyEditorsWrite, outsidersStayOut, revocationTakesEffect } from './authority.ts'
import { convergence } from './convergence.ts'
import { noDuplication } from './duplication.ts'
import { acknowledgedIsKept, shownIsKept } from './durability.ts'
import { factsAreTrue } from './facts-are-true.ts'
import { nobodyPoses } from './identity.ts'
import { messagesOnce } from './messages-once.ts'
import { noGhosts } from './presence.ts'
import { resourcesReturn } from './resources.ts'
import { nothingCrossesRooms } from './rooms.ts'
import { sequence } from './sequence.ts'

/** Everything that a run is judged by, in the order of docs/GUARANTEES.md. */
export const ORACLES: readonly Oracle[] = [
  acknowledgedIsKept,
  shownIsKept,
  sequence,
  convergence,
  noDuplication,
  outsidersStayOut,
  onlyEditorsWrite,
  revocationTakesEffect,
  nobodyPoses,
  resourcesReturn,
  factsAreTrue,
  messagesOnce,
  nothingCrossesRooms,
  noGhosts,
]
