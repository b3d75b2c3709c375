import { afterPaint } from './after-paint.ts'
import { TEXT_FIRST_MS } from './first-page.ts'

/**
 * Does something behind a text that is there to be drawn: in the next frame or, where that has begun, in the one behind it;
 * and in one more the browser lays out what it had left out.
 */
export const afterText = (act: () => void): void => afterPaint(act, TEXT_FIRST_MS, 3)
