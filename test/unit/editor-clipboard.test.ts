import { expect, test } from 'vitest'
import { nearestColor } from '../../editor/features/editor/clipboard/nearest-color.ts'

test.each([
  ['#ffff00', 'yellow'],
  ['rgb(255, 0, 0)', 'red'],
  ['#1155cc', 'blue'],
  ['#38761d', 'green'],
  ['#000000', null],
  ['rgb(247, 247, 247)', null],
  ['transparent', null],
  ['rgba(255, 0, 0, 0)', null],
])('the colour %s of what is pasted becomes %s', (css, color) => expect(nearestColor(css)).toBe(color))
