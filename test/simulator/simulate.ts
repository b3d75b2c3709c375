import { ORACLES } from './oracles/oracles.ts'
import { createPlan } from './plan.ts'
import { runSimulation } from './run-simulation.ts'
import { SCENARIOS } from './scenarios/scenarios.ts'
import { judge } from './verdict.ts'
import { startOwnServer } from './world/own-server.ts'

// skeleton: `npm run simulate -- scenario`
const scenario = SCENARIOS.find(({ name }) => name === (process.argv[2] ?? 'everyday'))
if (scenario === undefined) throw new Error('unknown scenario')
const seed = Number(process.argv[4] ?? 1)
const durationMs = Number(process.argv[3] ?? scenario.defaults.durationMs / 1000) * 1000
const plan = createPlan(scenario, { ...scenario.defaults, durationMs, seed, faults: null })
const server = await startOwnServer()
try {
  const record = await runSimulation({
    plan,
    server,
    onProgress: ({ phase, elapsedMs, sent, acked, seen, connected }) =>
      console.log(phase, Math.round(elapsedMs), sent, acked, seen, connected),
  })
  const verdict = judge(record, ORACLES)
  console.dir(verdict, { depth: 6 })
  process.exitCode = verdict.ok ? 0 : 1
} finally {
  await server.close()
}
setTimeout(() => process.exit(), 500).unref()
