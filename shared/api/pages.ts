import { z } from 'zod'
import { LINK_ROLES, ROLES } from '../roles.ts'

/** A page's title: up to 200 characters on one line; empty means "Untitled". */
export const titleSchema = z
  .string()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'Keep the title on one line.')

/** A page as lists, single reads and events carry it; its text lives in the document of the same id. */
export const pageSchema = z.object({
  id: z.uuid(),
  driveId: z.uuid(),
  parentId: z.uuid().nullable(),
  title: z.string(),
  /** Fractional index: pages of one parent are ordered by this string, compared byte by byte. */
  position: z.string(),
  /** Whether only those named on it, the owner and admins may enter it and what lies below. */
  restricted: z.boolean(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
})
export type Page = z.infer<typeof pageSchema>

/** A page read by itself also says what the asker may do with it. */
export const pageWithRoleSchema = pageSchema.extend({ role: z.enum(ROLES) })
export type PageWithRole = z.infer<typeof pageWithRoleSchema>

/** The pages of a drive and the revision that this list shows. */
export const pageListSchema = z.object({ items: z.array(pageSchema), revision: z.int() })
export type PageList = z.infer<typeof pageListSchema>

/** `id` is made by the client so that sending twice creates one page. */
export const createPageBodySchema = z.object({
  id: z.uuid().optional(),
  title: titleSchema.default(''),
  parentId: z.uuid().nullable().default(null),
})
export const updatePageBodySchema = z.object({ title: titleSchema })
/** What is left out stays as it is. */
export const patchPageBodySchema = updatePageBodySchema
  .partial()
  .extend({ restricted: z.boolean().optional() })
export const pageParamsSchema = z.object({ pageId: z.uuid() })

export const shareLinkSchema = z.object({
  id: z.uuid(),
  pageId: z.uuid(),
  role: z.enum(LINK_ROLES),
  /** From then on it leads nowhere; null if it has no end. */
  expiresAt: z.iso.datetime().nullable(),
  hasPassword: z.boolean(),
  createdAt: z.iso.datetime(),
})
export type ShareLink = z.infer<typeof shareLinkSchema>

/** A new link's answer is the only place where its token is ever shown: the server keeps a hash. */
export const createdShareLinkSchema = shareLinkSchema.extend({ token: z.string() })
export type CreatedShareLink = z.infer<typeof createdShareLinkSchema>

export const shareLinkListSchema = z.object({ items: z.array(shareLinkSchema) })
export const createShareLinkBodySchema = z.object({
  role: z.enum(LINK_ROLES),
  expiresAt: z.iso
    .datetime()
    .refine((at) => new Date(at) > new Date(), 'Choose a moment in the future.')
    .optional(),
  password: z
    .string()
    .min(4, 'Use at least 4 characters.')
    .max(200, 'That is too long for a password.')
    .optional(),
})
/** A link's token, and its password if it asks for one. */
export const openShareLinkBodySchema = z.object({
  shareToken: z
    .string()
    .min(1, 'This link is not complete.')
    .max(200, 'This link is too long: copy it again.'),
  password: z.string().max(200, 'That is too long for a password.').optional(),
})
export const shareLinkParamsSchema = z.object({ pageId: z.uuid(), linkId: z.uuid() })
