import { readFileSync } from 'node:fs'
import { gzipSync } from 'node:zlib'
import { expect, test } from '@playwright/test'

/** What is loaded before anything is shown may weigh this much, gzipped bytes. The aim is 250 kB. */
const CEILING = 450_000

test('what is loaded first does not grow, and what serves writing only comes behind it', () => {
  const root = new URL('../../dist/editor/', import.meta.url)
  const index = readFileSync(new URL('index.html', root), 'utf8')
  const files = [...new Set(index.match(/assets\/[^"]+/g))]
  const bytes = files.reduce((sum, file) => sum + gzipSync(readFileSync(new URL(file, root))).length, 0)
  expect(files.length).toBeGreaterThan(1)
  expect(bytes).toBeLessThan(CEILING)
  expect(files.filter((file) => /emoji|highlighter|markdown-html|WritingTools/.test(file))).toEqual([])
})
