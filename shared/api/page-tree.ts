import { z } from 'zod'
import { pageSchema } from './pages.ts'

/** The most pages that one answer of a list with a cursor carries. */
export const MAX_LISTED_PAGES = 200

/** `parentId` asks for the pages of one parent, `root` for those at the top; without it all pages are listed. */
export const pageListQuerySchema = z.object({
  parentId: z.union([z.literal('root'), z.uuid()]).optional(),
  cursor: z.string().max(400).optional(),
  limit: z.coerce.number().int().min(1).max(MAX_LISTED_PAGES).default(100),
})

/** A page of one parent also says whether there are pages below it. */
export const childPageSchema = pageSchema.extend({ hasChildren: z.boolean() })
export type ChildPage = z.infer<typeof childPageSchema>

/** The pages of one parent in their order; with a `nextCursor` there are more. */
export const childPageListSchema = z.object({
  items: z.array(childPageSchema),
  revision: z.int(),
  nextCursor: z.string().optional(),
})
export type ChildPageList = z.infer<typeof childPageListSchema>

/**
 * Where to put a page: below `parentId`, or at the top of a drive; behind or before one of the pages that
 * are there (with both, behind the one counts), else at the end. `driveId` is needed only for the top of
 * another drive.
 */
export const movePageBodySchema = z.object({
  driveId: z.uuid().optional(),
  parentId: z.uuid().nullable(),
  afterId: z.uuid().optional(),
  beforeId: z.uuid().optional(),
  /** The page's `revision` as the sender saw it. */
  basedOnRevision: z.int().min(0).optional(),
})
export type MovePageBody = z.infer<typeof movePageBodySchema>

/** `id` is made by the client so that sending twice makes one copy. */
export const duplicatePageBodySchema = z.object({ id: z.uuid().optional() })

export const deletePageQuerySchema = z.object({ permanent: z.enum(['true', 'false']).default('false') })

/** From the outermost page that the asker may see down to the page itself. */
export const breadcrumbsSchema = z.object({
  items: z.array(pageSchema.pick({ id: true, title: true, icon: true })),
})
export type Breadcrumbs = z.infer<typeof breadcrumbsSchema>

/** A page that was put in the trash, with what was below it. */
export const trashedPageSchema = pageSchema.extend({
  deletedAt: z.iso.datetime(),
  deletedBy: z.object({ userId: z.uuid(), name: z.string() }),
  /** How many pages went with it, itself included. */
  pageCount: z.int(),
  /** When it will be removed for good. */
  purgedAfter: z.iso.datetime(),
})
export type TrashedPage = z.infer<typeof trashedPageSchema>

export const trashListQuerySchema = pageListQuerySchema.omit({ parentId: true })
export const trashListSchema = z.object({
  items: z.array(trashedPageSchema),
  revision: z.int(),
  nextCursor: z.string().optional(),
})
export type TrashList = z.infer<typeof trashListSchema>

/** The pages that the asker keeps at hand, in their own order. */
export const favouriteListSchema = z.object({ items: z.array(pageSchema) })
/** Behind which favourite to put it, null for the first place; left out, a new one goes to the end. */
export const putFavouriteBodySchema = z.object({ afterId: z.uuid().nullable().optional() })

/** The pages that the asker opened last, the latest first. */
export const recentPageListSchema = z.object({
  items: z.array(z.object({ page: pageSchema, openedAt: z.iso.datetime() })),
})
export type RecentPage = z.infer<typeof recentPageListSchema>['items'][number]
