/** With how few characters left a field says how many there are. */
const NEAR = 200

/** What a field says of the length of its text. */
export interface LengthWords {
  /** Null while there is room enough. */
  readonly words: string | null
  readonly isTooLong: boolean
}

/** What to say of a text that may have so many characters, once it is sent without the spaces around it. */
export function describeLength(text: string, limit: number): LengthWords {
  const left = limit - text.trim().length
  if (left > NEAR) return { words: null, isTooLong: false }
  if (left >= 0) return { words: `${countCharacters(left)} left`, isTooLong: false }
  return {
    words: `${countCharacters(-left)} too many: at most ${limit.toLocaleString()} can be sent at once. Shorten it first.`,
    isTooLong: true,
  }
}

const countCharacters = (count: number): string =>
  `${count.toLocaleString()} ${count === 1 ? 'character' : 'characters'}`
