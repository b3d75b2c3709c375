import type { Scenario } from '../scenario.ts'
import { crash } from './crash.ts'
import { everyday } from './everyday.ts'
import { revocation } from './revocation.ts'
import { rush } from './rush.ts'

/** All scenarios, in the order in which `--help` lists them. */
export const SCENARIOS: readonly Scenario[] = [everyday, rush, crash, revocation]
