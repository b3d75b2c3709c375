import { countCodePoints } from './code-point-text.ts'

/** How many code points around the first difference are shown, on each side. */
const SURROUNDING_CODE_POINTS = 30

/** Where two texts part: everything before `position` (in code points) is the same. */
export interface TextDifference {
  readonly position: number
  readonly expectedLength: number
  readonly actualLength: number
  readonly expectedAround: string
  readonly actualAround: string
}

/** Finds the first difference between two texts; undefined when they are equal. */
export function compareTexts(expected: string, actual: string): TextDifference | undefined {
  if (expected === actual) return undefined
  let offset = 0
  while (offset < expected.length && expected[offset] === actual[offset]) offset++
  // Two different characters can share their first surrogate.
  if (isInsidePair(expected, offset) || isInsidePair(actual, offset)) offset--
  return {
    position: countCodePoints(expected.slice(0, offset)),
    expectedLength: countCodePoints(expected),
    actualLength: countCodePoints(actual),
    expectedAround: cutAround(expected, offset),
    actualAround: cutAround(actual, offset),
  }
}

/** Says in a few lines where `who`'s text differs, with both surroundings one above the other. */
export function describeDifference(who: string, difference: TextDifference): string {
  const { position, expectedLength, actualLength, expectedAround, actualAround } = difference
  return [
    `${who} differs at position ${position} (${actualLength} characters, expected ${expectedLength}):`,
    `  expected ${expectedAround}`,
    `  actual   ${actualAround}`,
  ].join('\n')
}

/** The text before and behind an offset, quoted, with a mark between them. */
function cutAround(text: string, offset: number): string {
  const before = Array.from(text.slice(Math.max(0, offset - 2 * SURROUNDING_CODE_POINTS), offset))
  const behind = Array.from(text.slice(offset, offset + 2 * SURROUNDING_CODE_POINTS))
  const shownBefore = before.slice(-SURROUNDING_CODE_POINTS).join('')
  const shownBehind = behind.slice(0, SURROUNDING_CODE_POINTS).join('')
  return `${JSON.stringify(shownBefore)} ▸ ${shownBehind === '' ? 'the end' : JSON.stringify(shownBehind)}`
}

function isInsidePair(text: string, offset: number): boolean {
  return offset > 0 && (text.codePointAt(offset - 1) ?? 0) > 0xffff
}
