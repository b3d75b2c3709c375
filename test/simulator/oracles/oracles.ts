import type { Oracle } from '../oracle.ts'
import { onlyEditorsWrite, outsidersStayOut, revocationTakesEffect } from './authority.ts'
import { convergence } from './convergence.ts'
import { noDuplication } from './duplication.ts'
import { acknowledgedIsKept, shownIsKept } from './durability.ts'
import { factsAreTrue } from './facts-are-true.ts'
import { nobodyPoses } from './identity.ts'
import { messagesOnce } from './messages-once.ts'
import { neighboursAreSpared } from './neighbours.ts'
import { nothingWithoutDatabase } from './outage.ts'
import { noGhosts } from './presence.ts'
import { resourcesReturn } from './resources.ts'
import { restartsAreOrderly } from './restarts.ts'
import { nothingCrossesRooms } from './rooms.ts'
import { sequence } from './sequence.ts'
import { noStrangersText } from './strangers.ts'
import { typingEnds } from './typing.ts'

/** Everything that a run is judged by, in the order of docs/GUARANTEES.md. */
export const ORACLES: readonly Oracle[] = [
  acknowledgedIsKept,
  shownIsKept,
  nothingWithoutDatabase,
  sequence,
  convergence,
  noDuplication,
  outsidersStayOut,
  onlyEditorsWrite,
  noStrangersText,
  revocationTakesEffect,
  nobodyPoses,
  resourcesReturn,
  factsAreTrue,
  messagesOnce,
  nothingCrossesRooms,
  noGhosts,
  typingEnds,
  restartsAreOrderly,
  neighboursAreSpared,
]
