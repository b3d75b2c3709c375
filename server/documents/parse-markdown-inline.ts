import type { JSONContent } from '@tiptap/core'
import { ContentError } from './content-error.ts'
import { decodeReferences } from './html-references.ts'

type Marks = NonNullable<JSONContent['marks']>
/** A piece of a line: text, a break, or a sign (`*`, `**`, `~~`, a tag) that may turn a mark on and off. */
type Piece =
  | { readonly kind: 'node'; readonly node: JSONContent }
  | { readonly kind: 'sign'; readonly sign: string; readonly opens: boolean; readonly closes: boolean }

const TOKEN =
  /\\([!-/:-@[-`{-~\n])|(`+)|<(https?:\/\/[^\s<>]*|mailto:[^\s<>]*)>|<(\/?)(strong|b|em|i|s|del|u|code)>|<br *\/?>|(!?)\[|<([a-zA-Z/!?])|(\*+|_+|~~)| {2,}\n|\n|&(?:#\d{1,8}|#[xX][0-9a-fA-F]{1,6}|[a-zA-Z][a-zA-Z0-9]{1,31});/g
const TARGET =
  /^\(\s*(?:<((?:[^<>\\\n]|\\.)*)>|([^\s()<>]*(?:\([^\s()]*\)[^\s()]*)*))(?:\s+(?:"((?:[^"\\]|\\.)*)"|'((?:[^'\\]|\\.)*)'))?\s*\)/
const TAG_MARKS: Record<string, string> = {
  ...{ strong: 'bold', b: 'bold', em: 'italic', i: 'italic', s: 'strike', del: 'strike' },
  ...{ u: 'underline', code: 'code' },
}
/** The same for signs; a run of three is both. */
const SIGN_MARKS: Record<string, readonly string[]> = {
  ...{ '*': ['italic'], _: ['italic'], '**': ['bold'], __: ['bold'], '~~': ['strike'] },
  ...{ '***': ['bold', 'italic'], ___: ['bold', 'italic'] },
}
const MAX_LINK_DEPTH = 1

/**
 * The inside of a Markdown text block as TipTap text nodes.
 * @throws ContentError `unknown-content` for images and HTML that pages have no place for
 */
export function parseInlineMarkdown(source: string, depth = 0): JSONContent[] {
  const pieces: Piece[] = []
  const tokens = new RegExp(TOKEN)
  const closings = findClosings(source)
  let at = 0
  const text = (value: string) => {
    if (value !== '') pieces.push({ kind: 'node', node: { type: 'text', text: value } })
  }
  for (let match = tokens.exec(source); match !== null; match = tokens.exec(source)) {
    const [token, escaped, ticks, address, slash, tag, bang, html, sign] = match
    text(source.slice(at, match.index))
    at = tokens.lastIndex
    if (escaped === '\n' || token.startsWith('<br') || / {2,}\n/.test(token))
      pieces.push({ kind: 'node', node: { type: 'hardBreak' } })
    else if (escaped !== undefined) text(escaped)
    else if (ticks !== undefined) {
      const end = closings.get(match.index)
      if (end === undefined) text(ticks)
      else {
        pieces.push({ kind: 'node', node: toCode(source.slice(at, end)) })
        at = tokens.lastIndex = end + ticks.length
      }
    } else if (address !== undefined) pieces.push({ kind: 'node', node: toLink(address, address) })
    else if (tag !== undefined)
      pieces.push({ kind: 'sign', sign: `<${tag}>`, opens: slash === '', closes: slash === '/' })
    else if (html !== undefined) throw lost('HTML')
    else if (bang !== undefined) {
      const link = readLink(source, at, closings.get(at - 1), depth)
      if (link === undefined) text(token)
      else if (bang === '!') throw lost('images')
      else {
        for (const node of link.nodes) pieces.push({ kind: 'node', node })
        at = tokens.lastIndex = link.end
      }
    } else if (sign !== undefined) pieces.push(toSign(source, match.index, sign))
    else text(token === '\n' ? ' ' : decodeReferences(token))
  }
  text(source.slice(at))
  return applySigns(pieces)
}

const lost = (what: string) =>
  new ContentError('unknown-content', `Pages have no place for ${what} in Markdown; it would be lost.`)

function toCode(code: string): JSONContent {
  const text = code.replace(/\n/g, ' ')
  const isPadded = text.startsWith(' ') && text.endsWith(' ') && text.trim() !== ''
  return { type: 'text', text: isPadded ? text.slice(1, -1) : text, marks: [{ type: 'code' }] }
}

function toLink(text: string, href: string, title: string | null = null, marks: Marks = []): JSONContent {
  return { type: 'text', text, marks: [...marks, { type: 'link', attrs: { href, title } }] }
}

/** Where each bracket and each run of backticks that opens something is closed; one pass, however many. */
function findClosings(source: string): ReadonlyMap<number, number> {
  const runs = new Map<number, number[]>()
  for (const { 0: run, index } of source.matchAll(/`+/g)) {
    const alike = runs.get(run.length)
    if (alike === undefined) runs.set(run.length, [index])
    else alike.push(index)
  }
  for (const alike of runs.values()) alike.reverse()

  const closings = new Map<number, number>()
  const brackets: number[] = []
  const tokens = /\\[\s\S]|`+|[[\]]/g
  for (let match = tokens.exec(source); match !== null; match = tokens.exec(source)) {
    const { 0: token, index } = match
    if (token === '[') brackets.push(index)
    else if (token === ']') closings.set(brackets.pop() ?? -1, index)
    else if (token.startsWith('`')) {
      const alike = runs.get(token.length) ?? []
      while ((alike.at(-1) ?? Number.POSITIVE_INFINITY) <= index) alike.pop()
      const closing = alike.at(-1)
      if (closing === undefined) continue
      closings.set(index, closing)
      // Nothing inside code means anything.
      tokens.lastIndex = closing + token.length
    }
  }
  return closings
}

/** `[text](address "title")`, from behind its first bracket. */
function readLink(
  source: string,
  from: number,
  bracket: number | undefined,
  depth: number,
): { nodes: JSONContent[]; end: number } | undefined {
  if (bracket === undefined || depth >= MAX_LINK_DEPTH) return undefined
  const at = bracket + 1
  const [target, bracketed, bare, double, single] = TARGET.exec(source.slice(at, at + 4096)) ?? []
  if (target === undefined) return undefined
  const href = unescapeText(bracketed ?? bare ?? '')
  const title = double ?? single
  const attrs = { href, title: title === undefined ? null : unescapeText(title) }
  const nodes = parseInlineMarkdown(source.slice(from, bracket), depth + 1).map((node) => ({
    ...node,
    marks: [...(node.marks ?? []), { type: 'link', attrs }],
  }))
  return { nodes, end: at + target.length }
}

const unescapeText = (text: string) =>
  text.replace(
    /\\([!-/:-@[-`{-~])|&[^\s;]+;/g,
    (token, escaped?: string) => escaped ?? decodeReferences(token),
  )

/** A run of stars opens in front of a word and closes behind one; underscores never inside a word. */
function toSign(source: string, at: number, sign: string): Piece {
  if (!Object.hasOwn(SIGN_MARKS, sign)) return { kind: 'node', node: { type: 'text', text: sign } }
  const before = source[at - 1] ?? ' '
  const after = source[at + sign.length] ?? ' '
  const isSpace = (char: string) => /\s/.test(char)
  const isWord = (char: string) => /[\p{L}\p{N}]/u.test(char)
  const insideWord = sign.startsWith('_') && isWord(before) && isWord(after)
  return {
    kind: 'sign',
    sign,
    opens: !isSpace(after) && !insideWord,
    closes: !isSpace(before) && !insideWord,
  }
}

/** Pairs each closing sign with the nearest open one of its kind; what finds no partner is text. */
function applySigns(pieces: readonly Piece[]): JSONContent[] {
  const partners = findPartners(pieces)
  const active = new Map<string, number>()
  const count = (sign: string, by: number) => {
    for (const type of marksOf(sign)) active.set(type, (active.get(type) ?? 0) + by)
  }
  const activeTypes = () => [...active].flatMap(([type, times]) => (times > 0 ? [type] : []))
  return pieces.flatMap((piece, index): JSONContent[] => {
    if (piece.kind === 'node') return [withMarks(piece.node, activeTypes())]
    const partner = partners.get(index)
    if (partner !== undefined) {
      count(piece.sign, partner > index ? 1 : -1)
      return []
    }
    if (piece.sign.startsWith('<')) throw new ContentError('invalid-content', `${piece.sign} has no partner.`)
    return [withMarks({ type: 'text', text: piece.sign }, activeTypes())]
  })
}

function findPartners(pieces: readonly Piece[]): ReadonlyMap<number, number> {
  const partners = new Map<number, number>()
  const open: { sign: string; index: number }[] = []
  // How many are open of each kind: without it, a closing sign could look through all others in vain.
  const openCounts = new Map<string, number>()
  const count = (sign: string, by: number) => openCounts.set(sign, (openCounts.get(sign) ?? 0) + by)
  pieces.forEach((piece, index) => {
    if (piece.kind !== 'sign') return
    if (piece.closes && (openCounts.get(piece.sign) ?? 0) > 0) {
      for (let opener = open.pop(); opener !== undefined; opener = open.pop()) {
        count(opener.sign, -1)
        if (opener.sign !== piece.sign) continue
        partners.set(opener.index, index).set(index, opener.index)
        break
      }
    } else if (piece.opens) {
      open.push({ sign: piece.sign, index })
      count(piece.sign, 1)
    }
  })
  return partners
}

const marksOf = (sign: string): string[] => {
  const tag = /^<(\w+)>$/.exec(sign)?.[1]
  return tag === undefined ? [...(SIGN_MARKS[sign] ?? [])] : [TAG_MARKS[tag] as string]
}

function withMarks(node: JSONContent, active: readonly string[]): JSONContent {
  const own = node.marks ?? []
  // Code stands alone in the schema.
  if (own.some(({ type }) => type === 'code')) return { ...node, marks: [{ type: 'code' }] }
  if (active.includes('code')) return { ...node, marks: [{ type: 'code' }] }
  const added = active.filter((type) => !own.some((mark) => mark.type === type))
  const marks = [...own, ...added.map((type) => ({ type }))]
  return marks.length === 0 ? node : { ...node, marks }
}
