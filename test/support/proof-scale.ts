/** Whether the full counts run (`npm run test:long`) or the short form that is part of `npm test`. */
export const isLong = process.env['COPYDESK_TEST_LONG'] === '1'

/** How many of something a proof does: the short form's number or the long one's. */
export const scale = (short: number, long: number): number => (isLong ? long : short)

/**
 * What decides everything random in a proof. Printed; `COPYDESK_TEST_SEED=…` runs the same again.
 */
export function chooseSeed(proof: string): number {
  const given = process.env['COPYDESK_TEST_SEED']
  const seed = given === undefined || given === '' ? Math.floor(Math.random() * 2 ** 31) : Number(given)
  console.info(`${proof}: COPYDESK_TEST_SEED=${seed}`)
  return seed
}

/** Random numbers from 0 to 1 that are the same for the same seed (mulberry32). */
export function createRandom(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), state | 1)
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32
  }
}
