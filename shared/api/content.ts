import { z } from 'zod'

/** The forms in which a page's text is read. */
export const CONTENT_FORMATS = ['json', 'html', 'markdown', 'text'] as const
export type ContentFormat = (typeof CONTENT_FORMATS)[number]

/** The largest content that can be sent, bytes: no page that people write comes near. */
export const MAX_CONTENT_BYTES = 5 * 1024 * 1024

/** In which form a page's text is asked for. */
export const contentQuerySchema = z.object({ format: z.enum(CONTENT_FORMATS).default('json') })
