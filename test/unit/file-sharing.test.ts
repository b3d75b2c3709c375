import { expect, test } from 'vitest'
import type { Identity } from '../../server/auth/identity.ts'
import { createFileSharing, type NamedFile } from '../../server/documents/file-sharing.ts'

const file = (fileId: string): NamedFile => ({ identity: {} as Identity, pageId: 'page', fileId })

test('files are shared one after the other, and what fails is in nobody’s way', async () => {
  const begun: (readonly NamedFile[])[] = []
  const ends: ((error?: Error) => void)[] = []
  const warnings: string[] = []
  const sharing = createFileSharing({
    shareFiles: (named) => {
      begun.push(named)
      return new Promise((resolve, reject) => ends.push((error) => (error ? reject(error) : resolve())))
    },
    logger: { warn: (_details: unknown, words: string) => void warnings.push(words) } as never,
  })
  const [first, second] = [sharing.add([file('1')]), sharing.add([file('2')])]
  await expect.poll(() => begun.length).toBe(1)
  ends[0]?.(new Error('away'))
  await first
  await expect.poll(() => begun.length).toBe(2)
  ends[1]?.()
  await second
  expect(warnings).toHaveLength(1)

  // What nobody could work off is not kept.
  const many = Array.from({ length: 10_000 }, (_, nr) => file(String(nr)))
  const waiting = sharing.add(many)
  await sharing.add([file('one more')])
  expect(warnings).toHaveLength(2)
  await expect.poll(() => ends.length).toBe(3)
  ends[2]?.()
  await waiting
})
