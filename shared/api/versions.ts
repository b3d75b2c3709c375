import { z } from 'zod'
import { CONTENT_FORMATS } from './content.ts'

/** Why a version was kept. */
export const VERSION_KINDS = ['automatic', 'named', 'before-restore', 'before-overwrite'] as const
export type VersionKind = (typeof VERSION_KINDS)[number]

const personSchema = z.object({ id: z.uuid(), name: z.string() })

/** A page as it was once. */
export const versionSchema = z.object({
  id: z.uuid(),
  pageId: z.uuid(),
  /** Where the page stood. */
  seq: z.int(),
  kind: z.enum(VERSION_KINDS),
  name: z.string().nullable(),
  /** Who named it; null for those that were kept automatically. */
  createdBy: personSchema.nullable(),
  /** Who wrote between the version before and this one. */
  contributors: z.array(personSchema),
  createdAt: z.iso.datetime(),
})
export type Version = z.infer<typeof versionSchema>

/** Newest first. `nextCursor` asks for older ones. */
export const versionListSchema = z.object({
  items: z.array(versionSchema),
  nextCursor: z.string().optional(),
})
export type VersionList = z.infer<typeof versionListSchema>

export const versionListQuerySchema = z.object({
  cursor: z
    .string()
    .regex(/^\d{1,17}$/)
    .optional(),
  limit: z.coerce.number().int().min(1).max(200).default(50),
})

/** `id` is made by the client so that sending twice creates one version. */
export const createVersionBodySchema = z.object({
  id: z.uuid().optional(),
  name: z
    .string()
    .trim()
    .min(1)
    .max(200)
    .regex(/^\P{Cc}*$/u, 'Keep the name on one line.'),
})

export const versionParamsSchema = z.object({ pageId: z.uuid(), versionId: z.uuid() })
export const versionContentQuerySchema = z.object({ format: z.enum(CONTENT_FORMATS).default('json') })

/** What to compare with: another version, or the page as it is now. */
export const versionDiffQuerySchema = z.object({
  against: z.union([z.literal('current'), z.uuid()]).default('current'),
})

/** Two states of a page, block by block, in reading order: from the version to what it is compared with. */
export const versionDiffSchema = z.object({
  from: z.int(),
  to: z.int(),
  blocks: z.array(
    z.object({ change: z.enum(['same', 'added', 'removed']), block: z.record(z.string(), z.unknown()) }),
  ),
})
export type VersionDiff = z.infer<typeof versionDiffSchema>
