import type { IncomingMessage } from 'node:http'
import { expect, test } from 'vitest'
import { createAddressOf, createSeats } from '../../server/operations/connection-limits.ts'

test('A5 · a key has so many seats, and gets each back once', () => {
  const seats = createSeats(2)
  const first = seats.take('ann')
  const second = seats.take('ann')
  expect([first === null, second === null, seats.take('ann')]).toEqual([false, false, null])
  expect(seats.take('bob')).not.toBeNull()
  first?.giveBack()
  first?.giveBack()
  expect(seats.take('ann')).not.toBeNull()
  expect(seats.take('ann')).toBeNull()
})

test('nothing is left of keys that hold no seat', () => {
  const seats = createSeats(2)
  const taken = ['ann', 'ann', 'bob'].map((key) => seats.take(key))
  expect(seats.count()).toBe(2)
  for (const seat of taken) seat?.giveBack()
  expect(seats.count()).toBe(0)
})

const request = (forwarded?: string | string[]) =>
  ({
    headers: forwarded === undefined ? {} : { 'x-forwarded-for': forwarded },
    socket: { remoteAddress: '10.0.0.1' },
  }) as unknown as IncomingMessage

test.each([
  [0, undefined, '10.0.0.1'],
  [0, '1.1.1.1', '10.0.0.1'],
  [1, undefined, '10.0.0.1'],
  [1, '1.1.1.1', '1.1.1.1'],
  [1, 'forged, 1.1.1.1', '1.1.1.1'],
  [2, 'forged, 1.1.1.1, 2.2.2.2', '1.1.1.1'],
  [2, ['forged, 1.1.1.1', '2.2.2.2'], '1.1.1.1'],
  [3, '1.1.1.1', '1.1.1.1'],
] as const)('A5 · behind %i proxies, X-Forwarded-For: %j is %s', (proxies, forwarded, address) => {
  expect(createAddressOf(proxies)(request(forwarded as string))).toBe(address)
})
