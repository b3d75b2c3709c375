import { common, createLowlight } from 'lowlight'

/** A piece of code that is shown in a colour: where it is in the text, and the classes that say what it is. */
export interface CodePiece {
  readonly from: number
  readonly to: number
  readonly classes: string
}

/** Tells the pieces of code apart. */
export interface Highlighter {
  /** The pieces of a text in a language; none if the language is unknown. */
  read(text: string, language: string): readonly CodePiece[]
}

/** How many texts are remembered: those of a page, while others write and its nodes are made anew. */
const MAX_KEPT = 200

/** A highlighter for the languages that `lowlight` calls common. */
export function createHighlighter(): Highlighter {
  const lowlight = createLowlight(common)
  const kept = new Map<string, readonly CodePiece[]>()
  return {
    read(text, language) {
      const key = `${language}\n${text}`
      const before = kept.get(key)
      if (before !== undefined) return before
      const pieces = lowlight.registered(language) ? flatten(lowlight.highlight(language, text)) : []
      if (kept.size >= MAX_KEPT) kept.delete(kept.keys().next().value ?? '')
      kept.set(key, pieces)
      return pieces
    },
  }
}

interface Piece {
  readonly type: string
  readonly value?: string
  readonly properties?: { readonly className?: unknown }
  readonly children?: readonly unknown[]
}

function flatten(root: unknown): CodePiece[] {
  const pieces: CodePiece[] = []
  let at = 0
  const visit = (node: Piece, classes: string) => {
    if (node.type === 'text') {
      const length = node.value?.length ?? 0
      if (classes !== '') pieces.push({ from: at, to: at + length, classes })
      at += length
    }
    const own = Array.isArray(node.properties?.className) ? node.properties.className.join(' ') : ''
    for (const child of node.children ?? []) visit(child as Piece, `${classes} ${own}`.trim())
  }
  visit(root as Piece, '')
  return pieces
}
