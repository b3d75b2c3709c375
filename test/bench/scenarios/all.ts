import type { Scenario } from '../scenario.ts'
import { burst } from './burst.ts'
import { coldOpen } from './cold-open.ts'
import { editor } from './editor.ts'
import { events } from './events.ts'
import { fanOut } from './fan-out.ts'
import { growth } from './growth.ts'
import { hotPage } from './hot-page.ts'
import { manyPages } from './many-pages.ts'
import { memory } from './memory.ts'
import { workspace } from './workspace.ts'

/** Every scenario, in the order in which they run. */
export const SCENARIOS: readonly Scenario[] = [
  hotPage,
  manyPages,
  burst,
  fanOut,
  memory,
  coldOpen,
  growth,
  events,
  workspace,
  editor,
]
