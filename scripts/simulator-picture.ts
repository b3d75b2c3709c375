import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath, pathToFileURL } from 'node:url'
import { chromium } from '@playwright/test'
import { parseOptions } from '../test/simulator/options.ts'
import { ORACLES } from '../test/simulator/oracles/oracles.ts'
import { createPlan } from '../test/simulator/plan.ts'
import { describeCommand } from '../test/simulator/report/describe-command.ts'
import { formatHtml } from '../test/simulator/report/html.ts'
import { bundlePageAssets } from '../test/simulator/report/page-assets.ts'
import { createSeries } from '../test/simulator/report/series.ts'
import { formatAttempt } from '../test/simulator/report/text.ts'
import { runSimulation } from '../test/simulator/run-simulation.ts'
import { crash } from '../test/simulator/scenarios/crash.ts'
import { findSmallerRun, SHRINK_BUDGET_MS } from '../test/simulator/shrink/find-smaller-run.ts'
import { summarize } from '../test/simulator/summary.ts'
import { judge } from '../test/simulator/verdict.ts'
import { startBrokenServer } from '../test/support/broken-servers/broken-servers.ts'
import { ensureChromium } from '../test/support/chromium.ts'

// The picture of the simulator's report in the README: of a real run, against a server of ours that was broken on
// purpose and says that edits are saved before they are. `npm run screenshots` makes it again.

const SEED = 4711
const PICTURE = fileURLToPath(new URL('../docs/screenshots/simulator-report.png', import.meta.url))
const SIZE = { width: 1100, height: 1_910 }

const openServer = () => startBrokenServer('acknowledges-early')
const options = parseOptions(['node', 'simulate', crash.name, '--seed', String(SEED)], () => SEED)
const { keep } = options
const plan = createPlan(crash, { ...crash.defaults, seed: SEED, faults: null })
const beganAt = performance.now()
const server = await openServer()
const record = await runSimulation({ plan, server })
await server.close()
const verdict = judge(record, ORACLES)
if (verdict.ok)
  throw new Error('Nothing was found. Take another seed: the picture shows a report of something.')

const smaller = await findSmallerRun({
  ...{ plan, keep, record, verdict, oracles: ORACLES, openServer, closeServer: (each) => each.close() },
  overheadMs: performance.now() - beganAt - plan.durationMs,
  ...{ now: () => performance.now(), budgetMs: SHRINK_BUDGET_MS, signal: new AbortController().signal },
  onAttempt: (attempt) => console.log(formatAttempt(attempt)),
})
const summary = summarize(record, verdict)
const page = formatHtml(
  [
    {
      ...{ summary, purpose: crash.purpose, series: createSeries(record, summary) },
      repeat: describeCommand(crash.name, options),
      smaller:
        smaller === null
          ? null
          : {
              repeat: describeCommand(crash.name, { ...options, keep: smaller.keep }),
              summary: summarize(smaller.record, smaller.verdict),
            },
    },
  ],
  await bundlePageAssets(),
)

const directory = await mkdtemp(join(tmpdir(), 'copydesk-picture-'))
const browser = await chromium.launch({
  executablePath: ensureChromium(),
  args: process.getuid?.() === 0 ? ['--no-sandbox'] : [],
})
try {
  const file = join(directory, 'report.html')
  await writeFile(file, page)
  const tab = await browser.newPage({ viewport: SIZE })
  await tab.goto(pathToFileURL(file).href)
  await tab.locator('.plot canvas').first().waitFor()
  await tab.screenshot({ path: PICTURE })
} finally {
  await browser.close()
  await rm(directory, { recursive: true })
}
process.exit()
