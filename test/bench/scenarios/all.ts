import type { Scenario } from '../scenario.ts'
import { burst } from './burst.ts'
import { fanOut } from './fan-out.ts'
import { hotPage } from './hot-page.ts'
import { manyPages } from './many-pages.ts'
import { memory } from './memory.ts'

/** Every scenario, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [hotPage, manyPages, burst, fanOut, memory]
