import { expect, test } from 'vitest'
import { createFrameReader, encodeClientFrame } from '../bench/load/wire-client.ts'

/** A message as a server sends it: without a mask. */
function serverFrame(payload: Uint8Array, opcode = 2): Buffer {
  const masked = encodeClientFrame(payload, opcode)
  const headerBytes = masked.length - payload.length - 4
  const header = Buffer.from(masked.subarray(0, headerBytes))
  header[1] = (header[1] as number) & 0x7f
  return Buffer.concat([header, payload])
}

const SIZES = [0, 1, 125, 126, 65_535, 65_536]
const stream = Buffer.concat(SIZES.map((size, index) => serverFrame(Buffer.alloc(size, index))))

function readAll(isWanted: boolean, chunkBytes: number) {
  const taken: number[] = []
  let skipped = 0
  const read = createFrameReader({
    isWanted: () => isWanted,
    take: (_opcode, payload) => taken.push(payload.length),
    skipped: () => skipped++,
  })
  for (let at = 0; at < stream.length; at += chunkBytes) read(stream.subarray(at, at + chunkBytes))
  return { taken, skipped }
}

test.each([1, 3, 1000, stream.length])(
  'messages of every length are read whole in chunks of %i bytes',
  (size) => {
    expect(readAll(true, size)).toEqual({ taken: SIZES, skipped: 0 })
  },
)

test.each([1, 3, 1000, stream.length])(
  'messages nobody listens for are counted in chunks of %i bytes',
  (size) => {
    expect(readAll(false, size)).toEqual({ taken: [], skipped: SIZES.length })
  },
)

test('a ping is handed on even if nobody listens', () => {
  const opcodes: number[] = []
  const read = createFrameReader({
    isWanted: () => false,
    take: (opcode) => opcodes.push(opcode),
    skipped: () => undefined,
  })
  read(Buffer.concat([serverFrame(Buffer.alloc(300)), serverFrame(Buffer.from('?'), 9)]))
  expect(opcodes).toEqual([9])
})
