import { expect, test } from 'vitest'
import { AUTHOR_COLORS } from '../../shared/colors.ts'

/** What WCAG 2.2 AA asks of text. */
const MIN_CONTRAST = 4.5

/** Relative luminance of `#rrggbb`, 0 to 1, as WCAG defines it. */
function computeLuminance(color: string): number {
  const [red = 0, green = 0, blue = 0] = [1, 3, 5].map((at) => {
    const part = Number.parseInt(color.slice(at, at + 2), 16) / 255
    return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4
  })
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue
}

test.each(AUTHOR_COLORS)('white text can be read on %s', (color) => {
  expect(1.05 / (computeLuminance(color) + 0.05)).toBeGreaterThanOrEqual(MIN_CONTRAST)
})
