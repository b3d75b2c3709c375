import { z } from 'zod'
import { LINK_ROLES, ROLES } from '../roles.ts'

/** A page's title: up to 200 characters on one line; empty means "Untitled". */
export const titleSchema = z
  .string()
  .max(200)
  .regex(/^\P{Cc}*$/u, 'Keep the title on one line.')

const ICON_NAME = /^[a-z][a-z0-9-]*$/
/** One emoji: a picture with its variants, several that are joined to one, a flag or a keycap. */
const EMOJI =
  /^(?:\p{ExtPict}(?:\p{EMod}|\u{FE0F}|\u{200D}\p{ExtPict}|[\u{E0020}-\u{E007F}])*|\p{RI}{2}|[0-9#*]\u{FE0F}?\u{20E3})$/u

/** A page's icon: an emoji, or the short name of an icon such as `book` or `check-list`. */
export const iconSchema = z
  .string()
  .max(40)
  .refine(
    (icon) => ICON_NAME.test(icon) || EMOJI.test(icon),
    'An icon is one emoji, or a name such as "book".',
  )

/** A page as lists, single reads and events carry it; its text lives in the document of the same id. */
export const pageSchema = z.object({
  id: z.uuid(),
  driveId: z.uuid(),
  parentId: z.uuid().nullable(),
  title: z.string(),
  icon: z.string().nullable(),
  /** Fractional index: pages of one parent are ordered by this string, compared byte by byte. */
  position: z.string(),
  /** Whether only those named on it, the owner and admins may enter it and what lies below. */
  restricted: z.boolean(),
  /**
   * The revision of its drive that the last change of title, icon or place led to: to be sent along with a
   * change as `basedOnRevision`.
   */
  revision: z.int(),
  createdAt: z.iso.datetime(),
  updatedAt: z.iso.datetime(),
  /** Who changed its title, icon or place last. */
  updatedBy: z.uuid(),
})
export type Page = z.infer<typeof pageSchema>

/** A page read by itself also says what the asker may do with it. */
export const pageWithRoleSchema = pageSchema.extend({ role: z.enum(ROLES) })
export type PageWithRole = z.infer<typeof pageWithRoleSchema>

/** The pages of a drive and the revision that this list shows. */
export const pageListSchema = z.object({ items: z.array(pageSchema), revision: z.int() })
export type PageList = z.infer<typeof pageListSchema>

/**
 * What a change has replaced that its sender did not know of: the page as it was, and who had changed it to
 * that. The change was made all the same; the last one wins.
 */
export const pageConflictSchema = z.object({
  /** The revision that the change should have been based on. */
  revision: z.int(),
  changedBy: z.object({ userId: z.uuid(), name: z.string() }),
  /** The page as it was before the change. */
  page: pageSchema,
})
export type PageConflict = z.infer<typeof pageConflictSchema>

/** A page after a change; `conflict` is there if the change was based on an older revision of it. */
export const changedPageSchema = pageWithRoleSchema.extend({ conflict: pageConflictSchema.optional() })

/** `id` is made by the client so that sending twice creates one page. */
export const createPageBodySchema = z.object({
  id: z.uuid().optional(),
  title: titleSchema.default(''),
  icon: iconSchema.nullable().default(null),
  parentId: z.uuid().nullable().default(null),
})

/** What is left out stays as it is. `basedOnRevision` is the page's `revision` as the sender saw it. */
export const updatePageBodySchema = z.object({
  title: titleSchema.optional(),
  icon: iconSchema.nullable().optional(),
  basedOnRevision: z.int().min(0).optional(),
})
export type UpdatePageBody = z.infer<typeof updatePageBodySchema>
/** What is left out stays as it is. */
export const patchPageBodySchema = updatePageBodySchema.extend({ restricted: z.boolean().optional() })
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

/** Creating a link, and repeating that by its id, is the only place where its token is shown: the server keeps a hash. */
export const createdShareLinkSchema = shareLinkSchema.extend({ token: z.string() })
export type CreatedShareLink = z.infer<typeof createdShareLinkSchema>

export const shareLinkListSchema = z.object({ items: z.array(shareLinkSchema) })
/** `id` is made by the client so that sending twice creates one link, with one token. */
export const createShareLinkBodySchema = z.object({
  id: z.uuid().optional(),
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
