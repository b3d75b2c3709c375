import { access, constants, mkdir, open, writeFile } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { SimulatorError } from '../errors.ts'
import type { SimulateOptions } from '../options.ts'
import { formatHtml } from './html.ts'
import { formatJunit } from './junit.ts'
import { bundlePageAssets } from './page-assets.ts'
import { isFailure, type RunOutcome } from './run-report.ts'

/** Tries whether everything can be written where it was asked for: who waited ten minutes wants their report. */
export async function checkReports({ json, junit, html, artifacts }: SimulateOptions): Promise<void> {
  for (const file of [json, junit, html]) {
    if (file !== null) await attempt(file, async () => (await open(file, 'a')).close())
  }
  if (artifacts !== null) await attempt(join(artifacts, 'any'), () => access(artifacts, constants.W_OK))
}

/** Writes the files that were asked for. Throws a `SimulatorError` for one that cannot be written. */
export async function writeReports(
  { json, junit, html, scenario, seed }: SimulateOptions,
  outcomes: readonly RunOutcome[],
): Promise<void> {
  if (json !== null) await write(json, `${JSON.stringify(toJson(scenario, seed, outcomes), null, 2)}\n`)
  if (junit !== null) await write(junit, formatJunit(outcomes))
  if (html !== null) await write(html, formatHtml(outcomes, await bundlePageAssets()))
}

/** A run as it is; several as a list with one verdict over it. */
function toJson(scenario: string, seed: number, outcomes: readonly RunOutcome[]): object {
  const runs = outcomes.map((outcome) =>
    isFailure(outcome)
      ? { ok: false, ...outcome }
      : { ...outcome.summary, repeat: outcome.repeat, smaller: outcome.smaller?.repeat ?? null },
  )
  const [only] = runs
  return runs.length === 1 && only !== undefined
    ? only
    : { ok: runs.every(({ ok }) => ok), seed, scenario, runs }
}

const write = (file: string, text: string) => attempt(file, () => writeFile(file, text))

async function attempt(file: string, act: () => Promise<void>): Promise<void> {
  try {
    await mkdir(dirname(file), { recursive: true })
    await act()
  } catch (error) {
    throw new SimulatorError('file-unwritable', `Cannot write ${file}: ${(error as Error).message}.`)
  }
}
