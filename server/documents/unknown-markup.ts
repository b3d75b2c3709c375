import type { Token } from 'markdown-it'
import { ContentError } from '../../shared/document/content-error.ts'
import { readImageAddress } from '../../shared/document/image-address.ts'

/** What becomes of Markdown that pages have no place for: it is refused, or stays the text that it is written as. */
export type UnknownMarkup = 'refuse' | 'text'

/** What every part of the tokenizer is told. */
export interface MarkdownEnv {
  readonly keepsUnknown: boolean
}

/** Whether what is unknown stays text. */
export function keepsUnknown({ env }: { readonly env: unknown }): boolean {
  return (env as Partial<MarkdownEnv>).keepsUnknown === true
}

/** What is read; null if it holds what pages have no place for, or that cannot be understood. */
export function readIfKnown<Result>(read: () => Result): Result | null {
  try {
    return read()
  } catch (error) {
    if (error instanceof ContentError) return null
    throw error
  }
}

/** An image as the text that it is written as. */
export function writeImage(image: Token): Token {
  const title = image.attrGet('title')
  const address = `${image.attrGet('src') ?? ''}${title ? ` "${title}"` : ''}`
  return toText(image, `![${image.content}](${address})`)
}

/** Images that are nowhere on the web and no file of the page's become text. */
export function writeLostImages(tokens: readonly Token[]): void {
  for (const { children } of tokens)
    children?.forEach((child, index) => {
      if (child.type !== 'image') return
      const { fileId, src } = readImageAddress(child.attrGet('src'))
      if (fileId === null && src === null) children[index] = writeImage(child)
    })
}

/** Tags without a partner in their text become text themselves. */
export function writeLoneTags(tokens: readonly Token[]): void {
  for (const { children } of tokens) {
    const open = new Map<string, number[]>()
    const lone: number[] = []
    children?.forEach(({ type, tag, meta }, index) => {
      if (type !== 'mark_tag') return
      const begun = open.get(tag) ?? []
      open.set(tag, begun)
      if (!meta.isClosing) begun.push(index)
      else if (begun.pop() === undefined) lone.push(index)
    })
    for (const index of [...lone, ...[...open.values()].flat()])
      if (children) children[index] = toText(children[index] as Token, (children[index] as Token).markup)
  }
}

function toText(token: Token, content: string): Token {
  const text = Object.assign(Object.create(Object.getPrototypeOf(token)) as Token, token)
  return Object.assign(text, { type: 'text', tag: '', content, children: null })
}
