import type { Node } from '@tiptap/pm/model'

/** A heading of a page. */
export interface OutlineEntry {
  readonly level: number
  readonly text: string
  /** Where it begins. */
  readonly at: number
}

/** The headings of a page, in order. */
export function readOutline(doc: Node): OutlineEntry[] {
  const entries: OutlineEntry[] = []
  doc.descendants((node, at) => {
    if (node.type.name === 'heading')
      entries.push({ level: Number(node.attrs['level']), text: node.textContent.trim() || 'Untitled', at })
    return !node.isTextblock
  })
  return entries
}

/** How much is written on a page. */
export interface TextCount {
  readonly words: number
  readonly characters: number
}

/** Counts words as their language has them, and characters as people see them, spaces included. */
export function countText(doc: Node): TextCount {
  const words = new Intl.Segmenter(undefined, { granularity: 'word' })
  let [wordCount, characters] = [0, 0]
  doc.descendants((node) => {
    if (!node.isTextblock) return true
    const text = node.textContent
    for (const { isWordLike } of words.segment(text)) if (isWordLike) wordCount++
    characters += countCharacters(text)
    return false
  })
  return { words: wordCount, characters }
}

/** Made when it is needed first: a browser takes 10 ms for it. */
let graphemes: Intl.Segmenter | undefined
/** Text in which every code unit is a character of its own. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: the ASCII range begins with them
const PLAIN = /^[\u0000-\u00ff]*$/

function countCharacters(text: string): number {
  if (PLAIN.test(text)) return text.length
  graphemes ??= new Intl.Segmenter(undefined, { granularity: 'grapheme' })
  let count = 0
  for (const _ of graphemes.segment(text)) count++
  return count
}
