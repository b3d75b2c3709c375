import { escapeXml } from './escape.ts'
import { formatSeconds } from './format-time.ts'
import type { RunSeries } from './series.ts'

const LANE_HEIGHT = 18
const LANE_STEP = 46
const TICKS = 5

/** Every fault from its beginning to its end, one lane a kind, and the edits that findings concern. Needs no script. */
export function drawTimeline({ faults, brokenAtS, seconds, bucketS }: RunSeries): string {
  const endS = Math.max((seconds.at(-1) ?? 0) + bucketS, ...faults.map(({ toS }) => toS))
  const toX = (at: number) => `${((Math.min(Math.max(at, 0), endS) / endS) * 100).toFixed(2)}%`
  const kinds = [...new Set(faults.map(({ kind }) => kind))]
  const lanes = [
    ...kinds.map((kind) => {
      const own = faults.filter((fault) => fault.kind === kind)
      return {
        title: `${own[0]?.title ?? kind} (${own.length}×)`,
        bars: own.map(({ title, fromS, toS }) => ({
          kind: 'fault',
          ...{ fromS, toS, text: `${title}, ${formatSeconds(fromS)} to ${formatSeconds(toS)}` },
        })),
      }
    }),
    ...(brokenAtS.length === 0
      ? []
      : [
          {
            title: 'edits that a finding concerns',
            bars: brokenAtS.map((at) => ({
              kind: 'wrong',
              fromS: at,
              toS: at,
              text: `made at ${formatSeconds(at)}`,
            })),
          },
        ]),
  ]
  if (lanes.length === 0) return '<p class="quiet">Nothing was disturbed.</p>'
  const height = lanes.length * LANE_STEP + 22
  const drawn = lanes.map(({ title, bars }, lane) => {
    const top = lane * LANE_STEP + 20
    return `<text x="0" y="${top - 6}">${escapeXml(title)}</text><rect class="lane" x="0" y="${top}" width="100%" height="${LANE_HEIGHT}" rx="3"/>${bars
      .map(
        ({ kind, fromS, toS, text }) =>
          `<g><title>${escapeXml(text)}</title><rect class="${kind}" x="${toX(fromS)}" y="${top}" width="${toX(toS - fromS)}" height="${LANE_HEIGHT}"/><rect class="${kind}" x="${toX(fromS)}" y="${top}" width="3" height="${LANE_HEIGHT}"/></g>`,
      )
      .join('')}`
  })
  const ticks = Array.from({ length: TICKS }, (_, tick) => {
    const anchor = tick === 0 ? 'start' : tick === TICKS - 1 ? 'end' : 'middle'
    const at = (endS * tick) / (TICKS - 1)
    return `<text x="${toX(at)}" y="${height - 4}" text-anchor="${anchor}">${formatSeconds(at)}</text>`
  })
  return `<svg class="timeline" height="${height}" role="img" aria-label="Faults over time">${drawn.join('')}${ticks.join('')}</svg>`
}
