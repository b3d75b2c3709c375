/** A seeded stream of random choices. Two streams of the same seed and name are the same, wherever they run. */
export interface Random {
  /** From 0 to 1, 1 not included. */
  next(): number
  /** A whole number from `min` to `max`, both included. */
  integer(min: number, max: number): number
  /** Whether something happens that happens with this probability. */
  chance(probability: number): boolean
  /** One of the items. Throws for an empty list. */
  pick<T>(items: readonly T[]): T
  /** One of the keys, each as likely as its weight. Throws when no weight is above 0. */
  weighted<Key extends string>(weights: Readonly<Partial<Record<Key, number>>>): Key
  /**
   * A stream of its own. It depends on the seed and on the names that lead to it only, not on what was drawn
   * before: so what one author does never changes what another one decides.
   */
  fork(name: string): Random
}

/** The stream of a seed, a whole number from 0 to 2³² − 1. */
export function createRandom(seed: number): Random {
  return createStream(mix(seed >>> 0))
}

function createStream(origin: number): Random {
  let state = origin

  // mulberry32
  function next(): number {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }

  const random: Random = {
    next,
    integer: (min, max) => min + Math.floor(next() * (max - min + 1)),
    chance: (probability) => next() < probability,
    pick(items) {
      if (items.length === 0) throw new RangeError('there is nothing to pick from')
      return items[Math.floor(next() * items.length)] as (typeof items)[number]
    },
    weighted<Key extends string>(weights: Readonly<Partial<Record<Key, number>>>): Key {
      const entries = Object.entries(weights) as [Key, number][]
      const total = entries.reduce((sum, [, weight]) => sum + weight, 0)
      let rest = next() * total
      for (const [key, weight] of entries) {
        if (rest < weight) return key
        rest -= weight
      }
      throw new RangeError('no weight is above 0')
    },
    fork: (name) => createStream(hash(origin, name)),
  }
  return random
}

/** FNV-1a over the name, started from a stream's origin. */
function hash(origin: number, name: string): number {
  let value = origin ^ 0x811c9dc5
  for (let index = 0; index < name.length; index++) {
    value = Math.imul(value ^ name.charCodeAt(index), 0x01000193)
  }
  return mix(value)
}

/** So that neighbouring numbers lead to streams that have nothing in common. */
function mix(value: number): number {
  let mixed = Math.imul(value ^ (value >>> 16), 0x85ebca6b)
  mixed = Math.imul(mixed ^ (mixed >>> 13), 0xc2b2ae35)
  return (mixed ^ (mixed >>> 16)) >>> 0
}
