import { z } from 'zod'

/** The forms in which a page's text is read. */
export const CONTENT_FORMATS = ['json', 'html', 'markdown', 'text'] as const
export type ContentFormat = (typeof CONTENT_FORMATS)[number]

/** The largest content that can be sent, bytes: no page that people write comes near. */
export const MAX_CONTENT_BYTES = 5 * 1024 * 1024

/** The same for HTML and Markdown, which have to be read first. */
export const MAX_MARKUP_BYTES = 1024 * 1024

/** In which form a page's text is asked for. */
export const contentQuerySchema = z.object({
  format: z.enum(CONTENT_FORMATS).default('json'),
  /** The page as it was: a `seq`, or a time. */
  at: z
    .union([
      z
        .string()
        .regex(/^\d{1,15}$/)
        .transform(Number),
      z.iso.datetime({ offset: true }).transform((time) => new Date(time)),
    ])
    .optional(),
})

/** At which `seq` the authors are asked for; without it, of the page as it is. */
export const authorsQuerySchema = z.object({
  at: z
    .string()
    .regex(/^\d{1,15}$/)
    .transform(Number)
    .optional(),
})

/** What becomes of Markdown that pages have no place for: it is refused, or stays the text that it is written as. */
export const replaceQuerySchema = z.object({ unknown: z.enum(['refuse', 'text']).default('refuse') })

/** Where a PATCH puts what it adds; `after-heading` needs the heading's text. */
export const insertQuerySchema = z.discriminatedUnion('place', [
  z.object({ place: z.literal('start') }),
  z.object({ place: z.literal('end') }),
  z.object({ place: z.literal('after-heading'), heading: z.string().min(1).max(1000) }),
])

/** What a write came to. */
export const writtenSchema = z.object({
  /** Where the page stands with it. */
  seq: z.int(),
  /** False when the page said so already and nothing was written. */
  changed: z.boolean(),
  /** Whether others wrote meanwhile, so that the page says more than was sent; there is no ETag then. */
  merged: z.boolean(),
})
export type Written = z.infer<typeof writtenSchema>

/** Who wrote which part of a page's text: ranges of `format=text`, in UTF-16 units, `to` not included. */
export const authorsSchema = z.object({
  seq: z.int(),
  items: z.array(
    z.object({
      from: z.int(),
      to: z.int(),
      /** Null where the log does not reach back to it any more. */
      author: z.object({ id: z.uuid(), name: z.string() }).nullable(),
      at: z.iso.datetime().nullable(),
    }),
  ),
})
export type Authors = z.infer<typeof authorsSchema>
