import * as Y from 'yjs'

// A mark is what a simulated client types: "7.42 ", client 7's 43rd. It is unique, and the space behind it keeps
// it apart from its neighbours, so that every text can be taken apart into the marks it consists of.

const MARK = /\d+\.\d+ /g

/** The `number`-th mark of a client. */
export function toMark(client: number, number: number): string {
  return `${client}.${number} `
}

/** Which client typed a mark, and its number. */
export function parseMark(mark: string): { readonly client: number; readonly number: number } {
  const [client, number] = mark.trim().split('.').map(Number)
  return { client: client ?? -1, number: number ?? -1 }
}

/** The marks in a text, in their order. */
export function findMarks(text: string): string[] {
  return text.match(MARK) ?? []
}

/** The marks that an update puts into a page, in its order; what it only formats or deletes is not among them. */
export function readInsertedMarks(update: Uint8Array): string[] {
  return Y.decodeUpdate(update).structs.flatMap((struct) =>
    struct instanceof Y.Item && struct.content instanceof Y.ContentString
      ? findMarks(struct.content.str)
      : [],
  )
}

/** The marks on a page in the order of its text. */
export function readMarks(parent: Y.XmlFragment): string[] {
  return parent
    .toArray()
    .flatMap((node) =>
      node instanceof Y.XmlText
        ? findMarks(readPlainText(node))
        : node instanceof Y.XmlElement
          ? readMarks(node)
          : [],
    )
}

/** A text without its formatting. */
export function readPlainText(text: Y.XmlText): string {
  return (text.toDelta() as { insert: unknown }[])
    .map(({ insert }) => (typeof insert === 'string' ? insert : ''))
    .join('')
}
