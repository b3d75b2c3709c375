import { z } from 'zod'
import { pageSchema } from '../api/pages.ts'

/**
 * Facts about pages, sent to everyone in the drive's room and in the page's room after the change was
 * committed. `revision` is the drive's: a client that sees a gap refetches the list.
 */
const factSchema = z.object({ eventId: z.uuid(), driveId: z.uuid(), revision: z.int() })

export const pageCreatedSchema = factSchema.extend({ page: pageSchema })
export const pageUpdatedSchema = factSchema.extend({ page: pageSchema })
export const pageDeletedSchema = factSchema.extend({ pageId: z.uuid() })

export const pageFactSchemas = {
  page_created: pageCreatedSchema,
  page_updated: pageUpdatedSchema,
  page_deleted: pageDeletedSchema,
} as const

export type PageFactName = keyof typeof pageFactSchemas
export type PageFacts = { [Name in PageFactName]: z.infer<(typeof pageFactSchemas)[Name]> }
