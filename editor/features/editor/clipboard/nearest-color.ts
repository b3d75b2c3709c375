import type { DocumentColor } from '../../../../shared/document/colors.ts'

const HUES: readonly { readonly to: number; readonly color: DocumentColor }[] = [
  { to: 15, color: 'red' },
  { to: 42, color: 'orange' },
  { to: 70, color: 'yellow' },
  { to: 170, color: 'green' },
  { to: 255, color: 'blue' },
  { to: 290, color: 'purple' },
  { to: 340, color: 'pink' },
  { to: 361, color: 'red' },
]

/**
 * The colour of a page that is closest to one of CSS, `rgb(…)` or `#…`; null for black, white and grey, which
 * are the page's own, and for what cannot be read.
 */
export function nearestColor(css: string): DocumentColor | null {
  const channels = readChannels(css)
  if (channels === null) return null
  const [red, green, blue] = channels
  const [max, min] = [Math.max(red, green, blue), Math.min(red, green, blue)]
  const spread = max - min
  if (spread < 40) return null
  const sixth =
    max === red
      ? ((green - blue) / spread + 6) % 6
      : max === green
        ? (blue - red) / spread + 2
        : (red - green) / spread + 4
  return HUES.find(({ to }) => sixth * 60 < to)?.color ?? null
}

function readChannels(css: string): [number, number, number] | null {
  const hex = /^#([0-9a-f]{2})([0-9a-f]{2})([0-9a-f]{2})$/i.exec(css)
  if (hex !== null) return [hex[1], hex[2], hex[3]].map((part) => Number.parseInt(part ?? '0', 16)) as never
  const rgb = /^rgba?\((\d+),\s*(\d+),\s*(\d+)(?:,\s*([\d.]+))?\)$/i.exec(css)
  if (rgb === null || rgb[4] === '0') return null
  return [Number(rgb[1]), Number(rgb[2]), Number(rgb[3])]
}
