import { expect, test } from 'vitest'
import { createUploadSlots } from '../../server/http/upload-slots.ts'

const REFUSED = expect.objectContaining({ code: 'too-many-uploads', retryAfterMs: 1000 })

test('A5 · one person has few uploads in memory at once, and others have theirs', () => {
  const slots = createUploadSlots({ perProcess: 10, perUser: 2 })
  const first = slots.take('ann')
  slots.take('ann')
  expect(() => slots.take('ann')).toThrow(REFUSED)
  slots.take('bob')
  first()
  first()
  slots.take('ann')
  expect(() => slots.take('ann')).toThrow(REFUSED)
})

test('A5 · all together have few uploads in memory at once', () => {
  const slots = createUploadSlots({ perProcess: 3, perUser: 2 })
  const [first] = ['ann', 'bob', 'cleo'].map((user) => slots.take(user))
  expect(() => slots.take('dora')).toThrow(REFUSED)
  first?.()
  slots.take('dora')
  expect(() => slots.take('ann')).toThrow(REFUSED)
})
