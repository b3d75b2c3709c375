import uPlot from 'uplot'
import type { Chart, Colour } from '../chart.ts'
import { formatSeconds } from '../format-time.ts'

// The script inside the report: draws each plot from the data that stands beside it. It asks nobody for anything.

const HEIGHT = 240
const BAND_MIN_PX = 2
/** How far apart the moments under a plot may be, s. */
const TIME_STEPS_S = [
  ...[0.5, 1, 2, 5, 10, 15, 30, 60, 120, 300, 600, 900, 1_800, 3_600, 7_200, 14_400, 21_600, 43_200, 86_400],
] as const

interface Drawn {
  readonly chart: Chart
  readonly place: HTMLElement
  plot: uPlot
}

const drawn: Drawn[] = []
for (const place of document.querySelectorAll<HTMLElement>('[data-chart]')) {
  const chart = JSON.parse(document.getElementById(place.dataset['chart'] ?? '')?.textContent ?? '') as Chart
  const entry: Drawn = { chart, place, plot: draw(chart, place) }
  drawn.push(entry)
  readByKeyboard(entry)
  new ResizeObserver(() => entry.plot.setSize({ width: place.clientWidth, height: HEIGHT })).observe(place)
}

/** The colours are drawn, so they must be drawn again when the light changes. */
matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
  for (const entry of drawn) {
    entry.plot.destroy()
    entry.plot = draw(entry.chart, entry.place)
  }
})

/** Arrow keys move along the values, Escape shows all again. */
function readByKeyboard(entry: Drawn): void {
  entry.place.addEventListener('keydown', (event) => {
    const { plot, chart } = entry
    const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key]
    if (event.key === 'Escape') plot.setData(plot.data, true)
    if (step === undefined) return
    event.preventDefault()
    const index = Math.min(chart.x.length - 1, Math.max(0, (plot.cursor.idx ?? (step > 0 ? -1 : 0)) + step))
    plot.setCursor({ left: plot.valToPos(chart.x[index] ?? 0, 'x'), top: 10 })
  })
}

function draw(chart: Chart, place: HTMLElement): uPlot {
  const { kind, x, lines, labels, unit, xTitle, isLogarithmic, isStepped } = chart
  const axis = { stroke: colour('quiet'), grid: { stroke: colour('rule'), width: 1 }, ticks: { show: false } }
  const isBins = kind === 'bins'
  const formatX = (value: number) => (isBins ? (labels[value] ?? '') : formatSeconds(value))
  return new uPlot(
    {
      width: place.clientWidth,
      height: HEIGHT,
      cursor: {
        drag: { x: !isBins, y: false },
        ...(isBins ? {} : { sync: { key: chart.id.split('-')[0] ?? '' } }),
      },
      legend: { live: true },
      scales: {
        x: isBins ? { time: false, range: () => [-0.6, x.length - 0.4] } : { time: false },
        y: isLogarithmic
          ? { distr: 3, log: 10 }
          : { range: (_plot, _min, max) => [0, Math.max(1, Number.isFinite(max) ? max * 1.08 : 1)] },
      },
      axes: [
        {
          ...axis,
          size: 32,
          label: xTitle,
          labelSize: 22,
          ...(isBins
            ? {
                splits: () => [...x],
                values: (plot, splits) => thin(splits, plot.width).map((at) => labels[at] ?? ''),
                grid: { show: false },
              }
            : { incrs: [...TIME_STEPS_S], space: 70, values: (_plot, splits) => splits.map(formatX) }),
        },
        {
          ...axis,
          size: 62,
          label: unit,
          labelSize: 22,
          values: (_plot, splits) => splits.map((at) => (at === null ? '' : at.toLocaleString('en-US'))),
        },
      ],
      series: [
        { label: isBins ? 'up to' : 'at', value: (_plot, value) => (value === null ? '–' : formatX(value)) },
        ...lines.map((line, place) => ({
          label: line.label,
          stroke: colour(line.colour),
          width: 2,
          points: { show: false },
          value: (_plot: uPlot, value: number | null) =>
            value === null ? '–' : `${value.toLocaleString('en-US')} ${isBins ? '' : unit}`,
          ...(isBins ? barsOf(place, lines.length, colour(line.colour)) : {}),
          ...(isStepped ? steps() : {}),
        })),
      ],
      hooks: { drawClear: [(plot) => drawBands(plot, chart)], draw: [(plot) => drawMoments(plot, chart)] },
    },
    [
      [...x],
      ...lines.map(({ values }) =>
        values.map((value) => (isLogarithmic && value !== null && value <= 0 ? 0.01 : value)),
      ),
    ] as uPlot.AlignedData,
    place,
  )
}

/** Bars beside one another: two share the place of one. */
function barsOf(place: number, count: number, fill: string): Partial<uPlot.Series> {
  const align = count < 2 ? 0 : place === 0 ? -1 : 1
  const bars = uPlot.paths.bars
  return {
    fill,
    width: 0,
    ...(bars === undefined ? {} : { paths: bars({ size: [0.8 / count, 60], align }) }),
  }
}

function steps(): Partial<uPlot.Series> {
  const { stepped } = uPlot.paths
  return stepped === undefined ? {} : { paths: stepped({ align: 1 }) }
}

/** On a narrow screen only some of the labels have room; the others are left empty. */
function thin(splits: readonly number[], width: number): number[] {
  const every = Math.max(1, Math.ceil((splits.length * 62) / width))
  return splits.map((at, index) => (index % every === 0 ? at : -1))
}

function drawBands(plot: uPlot, { bands }: Chart): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.fillStyle = colour('fault')
  for (const { from, to } of bands) {
    const [left, right] = [toX(plot, from), toX(plot, to)]
    if (right < bbox.left || left > bbox.left + bbox.width) continue
    const start = Math.max(bbox.left, left)
    const width = Math.min(bbox.left + bbox.width, right) - start
    ctx.fillRect(start, bbox.top, Math.max(BAND_MIN_PX * devicePixelRatio, width), bbox.height)
  }
  ctx.restore()
}

function drawMoments(plot: uPlot, { moments }: Chart): void {
  const { ctx, bbox } = plot
  ctx.save()
  ctx.strokeStyle = colour('bad')
  ctx.lineWidth = 2 * devicePixelRatio
  ctx.setLineDash([4 * devicePixelRatio, 3 * devicePixelRatio])
  for (const at of moments) {
    const left = toX(plot, at)
    if (left < bbox.left || left > bbox.left + bbox.width) continue
    ctx.beginPath()
    ctx.moveTo(left, bbox.top)
    ctx.lineTo(left, bbox.top + bbox.height)
    ctx.stroke()
  }
  ctx.restore()
}

const toX = (plot: uPlot, at: number) => plot.valToPos(at, 'x', true)

function colour(name: Colour | 'quiet' | 'rule' | 'fault' | 'bad'): string {
  return getComputedStyle(document.documentElement).getPropertyValue(`--${name}`).trim()
}
