/** The node of the document schema that names a person or a page in the middle of a text. */
export const MENTION_NODE = 'mention'

/** A mention as text: people with an `@`, pages by their name. */
export function describeMention(attrs: { readonly [name: string]: unknown } | undefined): string {
  const label = typeof attrs?.['label'] === 'string' ? attrs['label'] : ''
  return attrs?.['kind'] === 'page' ? label || 'Untitled' : `@${label}`
}
