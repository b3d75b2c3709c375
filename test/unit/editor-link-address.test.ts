import { expect, test } from 'vitest'
import { parseLinkAddress } from '../../editor/features/editor/link-address.ts'

test.each([
  ['https://example.org/a?b=c#d', 'https://example.org/a?b=c#d'],
  ['http://localhost:3000/pages', 'http://localhost:3000/pages'],
  ['  example.org/a ', 'https://example.org/a'],
  ['example.org:8080/a', 'https://example.org:8080/a'],
  ['localhost:3000', 'https://localhost:3000'],
  ['ada@example.org', 'mailto:ada@example.org'],
  ['mailto:ada@example.org', 'mailto:ada@example.org'],
])('%s leads to %s', (typed, address) => {
  expect(parseLinkAddress(typed)).toBe(address)
})

test.each([
  '',
  'nothing',
  'two words.org',
  'javascript:alert(1)',
  'JavaScript:alert(1)',
  'java\nscript:alert(1)',
  'data:text/html,x',
  'vbscript:x',
  'file:///etc/passwd',
  'https://',
  'mailto:nobody',
])('%j leads nowhere', (typed) => {
  expect(parseLinkAddress(typed)).toBeNull()
})
