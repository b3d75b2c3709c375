import { expect, test } from 'vitest'
import { createOriginPolicy } from '../../server/http/origin-policy.ts'

const isAllowed = createOriginPolicy({
  publicUrl: 'https://pages.example.com',
  allowedOrigins: ['https://tools.example.com'],
})

test.each([
  [undefined, 'localhost:3000', true],
  ['http://localhost:3000', 'localhost:3000', true],
  ['https://localhost:3000', 'localhost:3000', true],
  ['https://pages.example.com', 'internal:3000', true],
  ['https://tools.example.com', 'internal:3000', true],
  ['http://pages.example.com', 'internal:3000', false],
  ['https://pages.example.com:8443', 'internal:3000', false],
  ['https://pages.example.com.evil.com', 'internal:3000', false],
  ['https://evil.com', 'localhost:3000', false],
  ['http://localhost:3001', 'localhost:3000', false],
  ['null', 'localhost:3000', false],
  ['', 'localhost:3000', false],
  ['file://', 'localhost:3000', false],
  ['http://localhost:3000', undefined, false],
  ['http://undefined', undefined, false],
])('A5 · a page on %s that asked for %s: %s', (origin, host, expected) => {
  expect(isAllowed(origin, host)).toBe(expected)
})
