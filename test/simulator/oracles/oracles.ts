import type { Oracle } from '../oracle.ts'
import { convergence } from './convergence.ts'
import { noDuplication } from './duplication.ts'
import { acknowledgedIsKept, shownIsKept } from './durability.ts'
import { sequence } from './sequence.ts'

/** Everything that a run is judged by, in the order of docs/GUARANTEES.md. */
export const ORACLES: readonly Oracle[] = [
  acknowledgedIsKept,
  shownIsKept,
  sequence,
  convergence,
  noDuplication,
]
