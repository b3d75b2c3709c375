/**
 * The version of the document schema: raised by one whenever a change to it could make an older client drop
 * what it does not know.
 *
 * 1: paragraphs, headings, lists, tasks, quotes, code, rules, links and the plain marks.
 * 2: tables, callouts, details, images, mentions, highlights, colours, alignment and comments.
 */
export const DOCUMENT_SCHEMA_VERSION = 2

/** The query parameter in which a client says which version it knows, on `/collaboration` and `…/sync`. */
export const SCHEMA_PARAMETER = 'schema'

/**
 * Whether a client that says this knows too little to write. Who says nothing, as stock providers do, is taken
 * to know everything; what is no version is taken for an old one.
 */
export function isSchemaOutdated(told: string | null | undefined): boolean {
  if (told === null || told === undefined) return false
  return !(Number(told) >= DOCUMENT_SCHEMA_VERSION)
}

/** An address with the version of this schema in it. */
export function withSchemaVersion(address: string): string {
  return `${address}?${SCHEMA_PARAMETER}=${DOCUMENT_SCHEMA_VERSION}`
}
