import { z } from 'zod'

/** What the server tells whoever has a page open, as a stateless message of the Hocuspocus protocol. */
export const pageNoticeSchema = z.discriminatedUnion('type', [
  /** The page comes near its limit. Sizes are bytes of the encoded document. */
  z.object({ type: z.literal('page-size-warning'), bytes: z.int(), limit: z.int() }),
  /** The page is full: what makes it longer is refused from here on, on this connection. */
  z.object({ type: z.literal('page-too-large'), bytes: z.int(), limit: z.int() }),
  /** This client's document schema is older than the server's: it may read, and should be reloaded. */
  z.object({ type: z.literal('editor-outdated'), schemaVersion: z.int() }),
  /** The server stops now; this client should not come back before that many milliseconds have passed. */
  z.object({ type: z.literal('server-stopping'), comeBackInMs: z.int().nonnegative() }),
])
export type PageNotice = z.infer<typeof pageNoticeSchema>

/** Reads a stateless message; null for one that is none of these. */
export function parsePageNotice(payload: string): PageNotice | null {
  try {
    return pageNoticeSchema.safeParse(JSON.parse(payload)).data ?? null
  } catch {
    return null
  }
}
