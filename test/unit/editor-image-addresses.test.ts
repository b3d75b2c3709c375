import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createImageAddresses } from '../../editor/features/editor/images/image-files.ts'

beforeEach(() => void vi.useFakeTimers())
afterEach(() => {
  vi.useRealTimers()
  vi.restoreAllMocks()
})

function openAddresses() {
  const read = vi.fn(async (fileId: string) => new Blob([fileId]))
  const revoke = vi.spyOn(URL, 'revokeObjectURL')
  return { addresses: createImageAddresses(read), read, revoke }
}

test('an image that the editor takes over from what was read is fetched once, and keeps its address', async () => {
  const { addresses, read, revoke } = openAddresses()
  const reading = addresses.take('one')
  const shown = await reading.address
  reading.leave()
  const taken = addresses.take('one')
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await taken.address).toBe(shown)
  expect(read).toHaveBeenCalledTimes(1)
  expect(revoke).not.toHaveBeenCalled()
})

test('an image that nobody shows any more is given back, once, and fetched anew for the next', async () => {
  const { addresses, read, revoke } = openAddresses()
  const [first, second] = [addresses.take('one'), addresses.take('one')]
  const address = await first.address
  for (const leave of [first.leave, first.leave]) leave()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(revoke, 'the other one still shows it').not.toHaveBeenCalled()
  second.leave()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(revoke.mock.calls).toEqual([[address]])
  expect(await addresses.take('one').address).not.toBe(address)
  expect(read).toHaveBeenCalledTimes(2)
})

test('an image that could not be fetched is tried anew by the next who asks', async () => {
  const { addresses, read } = openAddresses()
  read.mockRejectedValueOnce(new Error('no network'))
  const first = addresses.take('one')
  await expect(first.address).rejects.toThrow('no network')
  const next = addresses.take('one')
  expect(await next.address).toMatch(/^blob:/)
  first.leave()
  await vi.advanceTimersByTimeAsync(60_000)
  expect(await addresses.take('one').address).toBe(await next.address)
})
