import type { SimulateOptions } from '../options.ts'

/** The command that does the same again. Secrets are left out: it is printed, and attached to tickets. */
export function describeCommand(scenario: string, options: SimulateOptions): string {
  const { seed, clients, pages, durationMs, rate, target, faults, trace, keep } = options
  const parts: readonly (readonly [string, string | number | null | undefined])[] = [
    ['--seed', seed],
    ['--clients', clients],
    ['--pages', pages],
    ['--duration', durationMs === null ? null : toDuration(durationMs)],
    ['--rate', rate],
    ['--faults', faults === null ? null : faults.join(',') || 'none'],
    ['--trace', trace === null ? null : `'${trace}'`],
    ['--target', target?.url.origin],
    ['--email', target?.owner.kind === 'login' ? target.owner.email : null],
    ['--password', target?.owner.kind === 'login' ? '…' : null],
    ['--token', target?.owner.kind === 'token' ? '…' : null],
    ['--keep-clients', keep.clients === null ? null : `'${keep.clients.join(',')}'`],
    ['--keep-faults', keep.faults === null ? null : keep.faults.join(',') || 'none'],
    ['--keep-steps', keep.steps],
    ['--keep-until', keep.untilMs === null ? null : toDuration(Math.ceil(keep.untilMs))],
  ]
  const given = parts.flatMap(([name, value]) =>
    value === null || value === undefined ? [] : [`${name} ${value}`],
  )
  return ['npm run simulate --', scenario, ...given].join(' ')
}

const toDuration = (ms: number) => (ms % 1000 === 0 ? `${ms / 1000}s` : `${ms}ms`)
