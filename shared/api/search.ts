import { z } from 'zod'

/** The most hits that one answer lists. */
export const MAX_SEARCH_HITS = 20

/** What to look for: words or their beginnings, all of which must be there. Without `driveId` everywhere. */
export const searchQuerySchema = z.object({
  q: z.string().trim().min(1, 'Enter something to look for.').max(200),
  driveId: z.uuid().toLowerCase().optional(),
})
export type SearchQuery = z.infer<typeof searchQuerySchema>

/** Where something was found. */
export const SEARCH_KINDS = ['title', 'text', 'message'] as const

/** A page on which something was found, and the words around it, in pieces: those that were looked for are `isHit`. */
export const searchHitSchema = z.object({
  kind: z.enum(SEARCH_KINDS),
  page: z.object({ id: z.uuid(), driveId: z.uuid(), title: z.string() }),
  /** The message it was found in; null for titles and text. */
  messageId: z.uuid().nullable(),
  snippet: z.array(z.object({ text: z.string(), isHit: z.boolean() })),
})
export type SearchHit = z.infer<typeof searchHitSchema>

/** The best hits first; `corrected` says that words alike were looked for as well, because few had the words themselves. */
export const searchResultSchema = z.object({ items: z.array(searchHitSchema), corrected: z.boolean() })
export type SearchResult = z.infer<typeof searchResultSchema>
