import { expect, test } from 'vitest'
import { computeMedian, computePercentile, computeSpread } from '../bench/statistics.ts'

test('the median is the middle value, or the mean of the two in the middle', () => {
  expect(computeMedian([9, 1, 5])).toBe(5)
  expect(computeMedian([9, 1, 5, 3])).toBe(4)
})

test('a percentile is a value that was measured', () => {
  const values = Array.from({ length: 100 }, (_, index) => 100 - index)
  expect(computePercentile(values, 0.5)).toBe(51)
  expect(computePercentile(values, 0.99)).toBe(100)
  expect(computePercentile([7], 1)).toBe(7)
})

test('nothing measured is not a number rather than a good one', () => {
  expect(computePercentile([], 0.99)).toBeNaN()
  expect(computeMedian([])).toBeNaN()
})

test('a spread names the lowest and the highest run', () => {
  expect(computeSpread([3, 1, 2])).toEqual({ median: 2, min: 1, max: 3 })
})
