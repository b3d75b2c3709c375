import type { Scenario } from '../scenario.ts'
import { crash } from './crash.ts'
import { database } from './database.ts'
import { deploy } from './deploy.ts'
import { everyday } from './everyday.ts'
import { hostile } from './hostile.ts'
import { lecture } from './lecture.ts'
import { marathon } from './marathon.ts'
import { revocation } from './revocation.ts'
import { rush } from './rush.ts'
import { train } from './train.ts'

/** All scenarios, in the order in which `--help` lists them. */
export const SCENARIOS: readonly Scenario[] = [
  ...[everyday, rush, lecture, train, crash, database, deploy, revocation, hostile, marathon],
]

/** Those that `all` runs. */
export const QUICK_SCENARIOS: readonly Scenario[] = SCENARIOS.filter(({ isLong }) => isLong !== true)
