/**
 * The version of the document schema: raised by one whenever a change to it could make an older client drop
 * what it does not know.
 *
 * 1: paragraphs, headings, lists, tasks, quotes, code, rules, links and the plain marks.
 * 2: tables, callouts, details, images, mentions, highlights, colours and alignment.
 */
export const DOCUMENT_SCHEMA_VERSION = 2
