/**
 * The colours that carets and avatars use: readable with white text on them, and told apart in light
 * and dark.
 */
export const AUTHOR_COLORS = [
  '#c2255c',
  '#9c36b5',
  '#6741d9',
  '#3b5bdb',
  '#1971c2',
  '#0b7285',
  '#087f5b',
  '#27803a',
  '#5c7a00',
  '#b35900',
  '#c2410c',
  '#a5511f',
] as const

/** The colour of an author: the same everywhere, computed from the user id so that nobody chooses it. */
export function computeAuthorColor(userId: string): string {
  let hash = 0
  for (const char of userId) hash = (hash * 31 + char.charCodeAt(0)) >>> 0
  return AUTHOR_COLORS[hash % AUTHOR_COLORS.length] as string
}
