import data from 'emojibase-data/en/compact.json'
import codes from 'emojibase-data/en/shortcodes/github.json'

/** An emoji, and what it is found by. */
export interface Emoji {
  readonly sign: string
  readonly label: string
  /** What is typed between colons, here as elsewhere, `tada`; the common one first. */
  readonly codes: readonly string[]
  readonly names: readonly string[]
}

/** All emoji, the common ones first. */
export function loadEmoji(): Emoji[] {
  const shortcodes = codes as Record<string, string | string[] | undefined>
  return data
    .filter(({ group }) => group !== undefined)
    .sort((one, other) => (one.order ?? 0) - (other.order ?? 0))
    .map(({ unicode, label, hexcode, tags }) => {
      const own = [shortcodes[hexcode] ?? []].flat()
      const codes = own.length > 0 ? own : [label.replaceAll(' ', '_')]
      const names = [...own, ...label.toLowerCase().split(/[\s-]+/), ...(tags ?? [])]
      return { sign: unicode, label, codes, names: [...names, ...own.flatMap((name) => name.split(/[_-]/))] }
    })
}
