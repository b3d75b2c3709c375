import type { Token } from 'markdown-it'
import { ContentError } from '../../shared/document/content-error.ts'

type Mark = 'strong' | 'em' | 's' | 'u' | 'code' | 'highlight' | 'text_color' | 'link'

const TAG_MARKS: Record<string, Mark> = {
  ...{ strong: 'strong', b: 'strong', em: 'em', i: 'em', s: 's', del: 's', strike: 's' },
  ...{
    u: 'u',
    ins: 'u',
    code: 'code',
    kbd: 'code',
    samp: 'code',
    tt: 'code',
    mark: 'highlight',
    span: 'text_color',
  },
}

/**
 * A text's tokens with each piece in exactly its own marks. Markdown lets a mark stand inside itself, tags
 * overlap, and code inside others; the document schema knows sets of marks, in which code stands alone.
 * Images stand beside texts: `writeImage` says what becomes of one in here.
 * @throws ContentError `invalid-content` for a tag without its partner
 */
export function flattenMarks(tokens: readonly Token[], writeImage: (image: Token) => Token): Token[] {
  const flat: Token[] = []
  // How often each mark is open around the piece; the link itself says where it leads.
  const depths = new Map<Mark, number>()
  const openTags = new Map<string, number>()
  const links: Token[] = []
  // The colours that are open, the innermost last.
  const colors = new Map<Mark, string[]>()
  const count = (mark: Mark, by: number) => depths.set(mark, (depths.get(mark) ?? 0) + by)

  for (const read of tokens) {
    const token = read.type === 'image' ? writeImage(read) : read
    const type = token.type.replace(/_(open|close)$/, '')
    if (token.type === 'mark_tag') {
      const { isClosing, color } = token.meta as { isClosing: boolean; color?: string }
      const mark = TAG_MARKS[token.tag] as Mark
      const left = (openTags.get(token.tag) ?? 0) + (isClosing ? -1 : 1)
      if (left < 0) throw unpaired(`</${token.tag}>`)
      openTags.set(token.tag, left)
      count(mark, isClosing ? -1 : 1)
      if (isClosing) colors.get(mark)?.pop()
      else if (color !== undefined) colors.set(mark, [...(colors.get(mark) ?? []), color])
    } else if (type === 'link') {
      if (token.nesting === 1) links.push(token)
      else links.pop()
    } else if (token.nesting !== 0) count(type as Mark, token.nesting)
    else if (token.type === 'code_inline') wrap(flat, asText(token), [openerOf(token, 'code')])
    else {
      const isCode = (depths.get('code') ?? 0) > 0
      const marks = [...depths].flatMap(([mark, depth]) =>
        depth > 0 && (mark === 'code') === isCode ? [mark] : [],
      )
      const link = links.at(-1)
      wrap(flat, token, [
        ...(link === undefined || isCode ? [] : [link]),
        ...marks.map((mark) => {
          const color = colors.get(mark)?.at(-1)
          return Object.assign(openerOf(token, mark), color === undefined ? {} : { meta: { color } })
        }),
      ])
    }
  }
  for (const [tag, left] of openTags) if (left > 0) throw unpaired(`<${tag}>`)
  return flat
}

/** @throws ContentError `unknown-content` */
export function refuseImage(): never {
  throw new ContentError(
    'unknown-content',
    'Pages have no place for images in headings or links; they would be lost.',
  )
}

const unpaired = (tag: string) => new ContentError('invalid-content', `${tag} has no partner.`)

function wrap(flat: Token[], token: Token, openers: readonly Token[]): void {
  flat.push(...openers, token)
  for (const opener of openers)
    flat.push(Object.assign(clone(opener), { type: opener.type.replace('_open', '_close') }))
}

const clone = (token: Token): Token => Object.assign(Object.create(Object.getPrototypeOf(token)), token)
const openerOf = (token: Token, mark: Mark) =>
  Object.assign(clone(token), { type: `${mark}_open`, content: '' })
const asText = (token: Token) => Object.assign(clone(token), { type: 'text' })
