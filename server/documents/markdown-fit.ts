import type { StateCore } from 'markdown-it'
import type Token from 'markdown-it/lib/token.mjs'
import { CALLOUT_WORDS } from '../../shared/document/markdown-blocks.ts'
import { cutStart } from './markdown-lines.ts'

type MakeToken = StateCore['Token']

const CALLOUT = new RegExp(`^\\[!(${Object.values(CALLOUT_WORDS).join('|')})\\][ \\t]*(?:\\n|$)`, 'i')

/** Quotes that begin with `[!NOTE]` or its kind become callouts; the word goes. */
export function fitCallouts(tokens: readonly Token[]): Token[] {
  const fitted: Token[] = []
  const isCallout: boolean[] = []
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index] as Token
    if (token.type === 'blockquote_close' && isCallout.pop()) token.type = 'callout_close'
    fitted.push(token)
    if (token.type !== 'blockquote_open') continue
    const text = tokens[index + 1]?.type === 'paragraph_open' ? tokens[index + 2] : undefined
    const word = CALLOUT.exec(text?.content ?? '')
    isCallout.push(word !== null)
    if (text === undefined || word === null) continue
    token.type = 'callout_open'
    token.meta = { kind: kindOf(word[1] as string) }
    cutStart(text, word[0].length)
    if (text.content === '') index += 3
  }
  return fitted
}

const kindOf = (word: string) =>
  Object.entries(CALLOUT_WORDS).find(([, known]) => known === word.toUpperCase())?.[0]

/** The text of a cell is a paragraph in it, aligned as its column is. */
export function fitCells(tokens: readonly Token[], TokenClass: MakeToken): Token[] {
  let align: string | null = null
  let isCell = false
  return tokens.flatMap((token) => {
    if (token.type === 'th_open' || token.type === 'td_open') {
      isCell = true
      align = /text-align:(left|center|right)/.exec(token.attrGet('style') ?? '')?.[1] ?? null
    }
    if (token.type !== 'inline' || !isCell) return [token]
    isCell = false
    const open = new TokenClass('paragraph_open', 'p', 1)
    open.meta = { textAlign: align }
    return [open, token, new TokenClass('paragraph_close', 'p', -1)]
  })
}

/** Images stand beside paragraphs: what is before one and behind it become paragraphs of their own. */
export function splitImages(tokens: readonly Token[], TokenClass: MakeToken): Token[] {
  return tokens.flatMap((token, index) => {
    const before = tokens[index - 1]
    if (token.type === 'paragraph_open' || token.type === 'paragraph_close') {
      const inline = tokens[token.type === 'paragraph_open' ? index + 1 : index - 1]
      return hasLooseImage(inline) ? [] : [token]
    }
    if (token.type !== 'inline' || before?.type !== 'paragraph_open' || !hasLooseImage(token)) return [token]
    const split: Token[] = []
    let line: Token[] = []
    const flush = () => {
      const children = trimBreaks(line)
      line = []
      if (children.length === 0) return
      const inline = Object.assign(new TokenClass('inline', '', 0), { children, map: token.map })
      const open = Object.assign(new TokenClass('paragraph_open', 'p', 1), { meta: before.meta })
      split.push(open, inline, new TokenClass('paragraph_close', 'p', -1))
    }
    let depth = 0
    for (const child of token.children ?? []) {
      depth += child.type === 'mark_tag' ? (child.meta.isClosing ? -1 : 1) : child.nesting
      if (child.type !== 'image' || depth !== 0) line.push(child)
      else {
        flush()
        split.push(Object.assign(child, { type: 'image_block', map: token.map }))
      }
    }
    flush()
    return split
  })
}

/** Whether there is an image that nothing is around: one in a link or a mark is refused later. */
function hasLooseImage(token: Token | undefined): boolean {
  let depth = 0
  return (token?.children ?? []).some((child) => {
    depth += child.type === 'mark_tag' ? (child.meta.isClosing ? -1 : 1) : child.nesting
    return (child.type === 'image' || child.type === 'image_block') && depth === 0
  })
}

function trimBreaks(children: readonly Token[]): Token[] {
  const says = (token: Token) =>
    token.type !== 'softbreak' && (token.type !== 'text' || token.content.trim() !== '')
  const first = children.findIndex(says)
  const last = children.findLastIndex(says)
  return first < 0 ? [] : children.slice(first, last + 1)
}
