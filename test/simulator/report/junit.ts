import type { NamedFinding } from '../summary.ts'
import { escapeXml } from './escape.ts'
import { isFailure, type RunOutcome, type RunReport } from './run-report.ts'

/** JUnit XML: one suite a run, one case for each oracle of each promise. What was not tested counts as skipped. Pure. */
export function formatJunit(outcomes: readonly RunOutcome[]): string {
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${outcomes.map(formatSuite).join('\n')}\n</testsuites>\n`
}

function formatSuite(outcome: RunOutcome): string {
  if (isFailure(outcome)) {
    const { scenario, seed, error, repeat } = outcome
    return `  <testsuite name="${escapeXml(`simulator.${scenario}`)}" tests="1" failures="0" errors="1" skipped="0">
    <properties><property name="seed" value="${seed}"/><property name="command" value="${escapeXml(repeat)}"/></properties>
    <testcase classname="${escapeXml(`simulator.${scenario}`)}" name="the run could be done"><error type="${escapeXml(error.code)}" message="${escapeXml(error.message)}"/></testcase>
  </testsuite>`
  }
  const { summary, series, repeat, smaller } = outcome
  const suite = escapeXml(`simulator.${summary.scenario}`)
  const cases = Object.entries(summary.promises).flatMap(([promise, { oracles, broken }]) =>
    oracles.map((oracle) => ({
      ...oracle,
      name: `${promise} · ${oracle.title}`,
      findings: broken.filter((finding) => finding.oracle === oracle.title),
    })),
  )
  const properties = {
    seed: summary.seed,
    target: summary.target,
    command: repeat,
    ...(smaller === null ? {} : { 'smaller command': smaller.repeat }),
  }
  const count = (which: (each: (typeof cases)[number]) => boolean) => cases.filter(which).length
  return `  <testsuite name="${suite}" tests="${cases.length}" failures="${count(({ ok }) => !ok)}" errors="0" skipped="${count(({ ok, checked }) => ok && checked === 0)}" time="${summary.durationMs / 1000}"${series === null ? '' : ` timestamp="${series.startedAt.slice(0, 19)}"`}>
    <properties>${Object.entries(properties)
      .map(([name, value]) => `<property name="${name}" value="${escapeXml(String(value))}"/>`)
      .join('')}</properties>
${cases
  .map(
    ({ name, ok, checked, findings }) =>
      `    <testcase classname="${suite}" name="${escapeXml(name)}">${ok ? (checked === 0 ? '<skipped message="not tested by this run"/>' : '') : formatFailures(findings, outcome)}</testcase>`,
  )
  .join('\n')}
  </testsuite>`
}

/** One element a case, as readers of JUnit expect: the first finding in the attribute, all of them in the text. */
function formatFailures(findings: readonly NamedFinding[], { repeat, smaller }: RunReport): string {
  const text = [
    ...findings.map(({ message, page, client, edit, expected, found }) =>
      [
        message,
        ...[`page: ${page ?? '–'}`, `first client: ${client ?? '–'}`, `first edit: ${edit ?? '–'}`],
        ...[`expected: ${expected}`, `found: ${found}`],
      ].join('\n  '),
    ),
    `again with: ${repeat}`,
    ...(smaller === null ? [] : [`smaller: ${smaller.repeat}`]),
  ].join('\n')
  return `<failure type="broken" message="${escapeXml(findings[0]?.message ?? 'broken')}">${escapeXml(text)}</failure>`
}
