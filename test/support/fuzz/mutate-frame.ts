import * as encoding from 'lib0/encoding'
import { createRandom } from '../proof-scale.ts'
import { TYPE } from '../raw-socket.ts'
import { RECORDED_KINDS, type RecordedFrame, type RecordedKind } from './record-frames.ts'

/** What the frames of one fuzzing are made from; with the seed it decides every one of them. */
export interface FuzzMaterial {
  readonly seed: number
  readonly recorded: readonly RecordedFrame[]
  /** Pages that are there to be written on. */
  readonly targets: readonly string[]
  /** A page on which none of the frames may change anything. */
  readonly forbidden: string
}

export interface MutatedFrame {
  readonly mutation: string
  /** Text is sent as a text frame. */
  readonly bytes: Uint8Array | string
}

/** Kinds with more inside to get wrong come more often: with the short ones most mutations are the same. */
const SHARE_OF_KIND: Partial<Record<RecordedKind, number>> = { update: 6, answer: 4, awareness: 4 }
/** Numbers that lengths and counts lie about with. */
const LIES = [0, 1, 127, 128, 16_384, 2 ** 31 - 1, 2 ** 31, 2 ** 32, 2 ** 53 - 1]
/** The longest number there is room for, and one that never ends. */
const HUGE_VARINTS = [
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x0f],
  [0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
]
/** States that are read, and what is none. */
const HOSTILE_STATES = [
  'null',
  '{"user":null,"cursor":{"anchor":{},"head":[]}}',
  '{"user":{"name":{"toString":1},"color":"url(https://example.com)"}}',
  '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}}}',
  '{"user":{"name":"\\ud800\\u0000<script>"},"a":1,"a":2}',
  `{"cursor":${'['.repeat(60)}${']'.repeat(60)}}`,
  `{${Array.from({ length: 500 }, (_, index) => `"key${index}":${index}`).join()}}`,
  JSON.stringify({ user: { name: 'x'.repeat(10_000) } }),
]
const HOSTILE_JSON = ['', '{', '[]', '"text"', '1e999', `{"cursor":${'['.repeat(2_000)}${']'.repeat(2_000)}}`]
const HOSTILE_TOKENS = ['', '.', '..', 'a.b.c', 'null', 'eyJhbGciOiJub25lIn0.e30.', '\0', 'x'.repeat(50_000)]
/** Just past what the server reads of each, bytes. */
const TOO_LARGE = { awareness: 17 * 1024, update: 1024 * 1024 + 1_000, frame: 5 * 1024 * 1024 + 1 }

/**
 * Makes the frame of a number for a socket that has `ownPage` open: the same for the same material, whichever
 * were made before.
 */
export function createFrameMutator(
  material: FuzzMaterial,
): (number: number, ownPage: string) => MutatedFrame {
  const byKind = RECORDED_KINDS.flatMap((kind) => {
    const bodies = material.recorded.filter((frame) => frame.kind === kind).map(({ body }) => body)
    return Array.from({ length: SHARE_OF_KIND[kind] ?? 1 }, () => bodies)
  })
  return (number, ownPage) => mutateFrame(material, byKind, number, ownPage)
}

function mutateFrame(
  { seed, targets, forbidden }: FuzzMaterial,
  byKind: readonly (readonly Uint8Array[])[],
  number: number,
  ownPage: string,
): MutatedFrame {
  const random = createRandom(seed ^ Math.imul(number + 1, 0x9e3779b1))
  const below = (limit: number) => Math.floor(random() * limit)
  const pick = <Item>(items: readonly Item[]) => items[below(items.length)] as Item
  const original = () => pick(pick(byKind))
  const garbage = (length: number) => Uint8Array.from({ length }, () => below(256))
  const replace = (body: Uint8Array, from: number, to: number, by: ArrayLike<number>) =>
    Buffer.concat([body.subarray(0, from), Uint8Array.from(by), body.subarray(to)])

  const mutations: readonly [share: number, name: string, make: () => Uint8Array][] = [
    // Sent again, and in another order than they were recorded in.
    [20, 'as recorded', original],
    [
      15,
      'bits flipped',
      () => {
        const body = original().slice()
        for (let left = 1 + below(8); left > 0; left--) {
          const at = below(body.length)
          body[at] = (body[at] as number) ^ (1 << below(8))
        }
        return body
      },
    ],
    [
      10,
      'bytes replaced',
      () => {
        const body = original().slice()
        for (let left = 1 + below(4); left > 0; left--) body[below(body.length)] = below(256)
        return body
      },
    ],
    [
      4,
      'truncated',
      () => {
        const body = original()
        return body.slice(0, below(body.length))
      },
    ],
    [
      12,
      'letters exchanged',
      // What remains decodes: it gets further in than most.
      () => original().map((byte) => (byte >= 97 && byte <= 122 && below(4) === 0 ? 97 + below(26) : byte)),
    ],
    [8, 'garbage behind it', () => Buffer.concat([original(), garbage(1 + below(40))])],
    [
      6,
      'a length that lies',
      () => {
        const body = original()
        // Type and step come before the length of a sync message's payload; elsewhere it follows the type.
        const at = body[0] === TYPE.sync ? 2 : 1
        const next = (body[at] ?? 0) > 127 ? at + 2 : at + 1
        return replace(
          body,
          at,
          next,
          encoding.encode((encoder) => encoding.writeVarUint(encoder, pick(LIES))),
        )
      },
    ],
    [
      5,
      'a huge number',
      () => {
        const body = original()
        const at = below(body.length)
        return replace(body, at, at + 1, pick(HUGE_VARINTS))
      },
    ],
    [
      6,
      'spliced',
      () => {
        const [head, tail] = [original(), original()]
        return replace(head, below(head.length + 1), head.length, tail.subarray(below(tail.length + 1)))
      },
    ],
    [
      5,
      'a piece twice or missing',
      () => {
        const body = original()
        const [from, to] = [below(body.length), below(body.length)]
        return replace(body, Math.min(from, to), from, body.subarray(Math.min(from, to), to))
      },
    ],
    [3, 'another type', () => replace(original(), 0, 1, [below(12) === 0 ? below(256) : below(12)])],
    [
      10,
      'hostile awareness',
      () => {
        const states = below(10) === 0 ? 100 : 1 + below(3)
        const claimed = below(8) === 0 ? pick(LIES) : states
        return withLength(
          TYPE.awareness,
          encoding.encode((encoder) => {
            encoding.writeVarUint(encoder, claimed)
            for (let left = states; left > 0; left--) {
              encoding.writeVarUint(encoder, pick([...LIES, below(2 ** 31)]))
              encoding.writeVarUint(encoder, pick([...LIES, below(100)]))
              encoding.writeVarString(encoder, pick(below(3) === 0 ? HOSTILE_JSON : HOSTILE_STATES))
            }
          }),
        )
      },
    ],
    [
      3,
      'a hostile token',
      () =>
        encoding.encode((encoder) => {
          encoding.writeVarUint(encoder, TYPE.auth)
          encoding.writeVarUint(encoder, pick([0, 0, 0, 1, 2, 7]))
          encoding.writeVarString(encoder, pick(HOSTILE_TOKENS))
        }),
    ],
    [
      3,
      'hostile stateless',
      () =>
        encoding.encode((encoder) => {
          encoding.writeVarUint(
            encoder,
            pick([TYPE.stateless, TYPE.stateless, TYPE.stateless, TYPE.broadcastStateless]),
          )
          encoding.writeVarString(encoder, pick(HOSTILE_JSON))
        }),
    ],
    [0.5, 'awareness over the limit', () => withLength(TYPE.awareness, new Uint8Array(TOO_LARGE.awareness))],
    [
      0.05,
      'an update over the limit',
      () => Buffer.concat([Uint8Array.of(TYPE.sync), withLength(2, new Uint8Array(TOO_LARGE.update))]),
    ],
    [0.02, 'a frame over the limit', () => new Uint8Array(TOO_LARGE.frame)],
    [1, 'random bytes', () => garbage(below(200))],
  ]

  const [, mutation, make] = pickByShare(mutations, random())
  const body = make()
  const where = random()
  if (where < 0.005) return { mutation: 'a text frame', bytes: 'some text' }
  if (where < 0.01) return { mutation: 'no address', bytes: body }
  const address =
    where < 0.9
      ? ownPage
      : where < 0.93
        ? pick(targets)
        : where < 0.96
          ? forbidden
          : strangeAddress(pick(targets), pick, below)
  return {
    mutation,
    bytes: Buffer.concat([encoding.encode((encoder) => encoding.writeVarString(encoder, address)), body]),
  }
}

/** The one that `place` (0 to 1) of the sum of all shares falls on. */
function pickByShare<Item extends readonly [share: number, ...unknown[]]>(
  items: readonly Item[],
  place: number,
): Item {
  let left = place * items.reduce((sum, [share]) => sum + share, 0)
  for (const item of items) {
    left -= item[0]
    if (left < 0) return item
  }
  return items.at(-1) as Item
}

function strangeAddress(
  page: string,
  pick: <Item>(items: readonly Item[]) => Item,
  below: (limit: number) => number,
): string {
  return pick([
    '',
    'not-a-page',
    '../../etc/passwd',
    '__proto__',
    'constructor\0session',
    page.toUpperCase(),
    page.slice(1),
    `${page}\0${below(300)}`,
    `${page}\0`,
    `\0${page}`,
    '00000000-0000-4000-8000-000000000000',
    `00000000-0000-4000-8000-${String(below(1_000)).padStart(12, '0')}`,
    'x'.repeat(5_000),
  ])
}

function withLength(type: number, payload: Uint8Array): Uint8Array {
  return encoding.encode((encoder) => {
    encoding.writeVarUint(encoder, type)
    encoding.writeVarUint8Array(encoder, payload)
  })
}
