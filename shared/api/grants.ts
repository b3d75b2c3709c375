import { z } from 'zod'
import { MEMBER_ROLES, ROLES } from '../roles.ts'

/** A named person's role on one page and everything below it. The address is for those who may give access. */
export const grantSchema = z.object({
  pageId: z.uuid(),
  userId: z.uuid(),
  name: z.string(),
  email: z.string().nullable(),
  role: z.enum(MEMBER_ROLES),
  color: z.string(),
})
export type Grant = z.infer<typeof grantSchema>

export const grantListSchema = z.object({ items: z.array(grantSchema) })
export const grantParamsSchema = z.object({ pageId: z.uuid(), userId: z.uuid() })
export const putGrantBodySchema = z.object({ role: z.enum(MEMBER_ROLES) })

/** Pages that I was given by name or opened through a link, in drives that I do not belong to; the topmost of each tree. */
export const sharedPageSchema = z.object({
  pageId: z.uuid(),
  driveId: z.uuid(),
  title: z.string(),
  role: z.enum(ROLES),
})
export const sharedPageListSchema = z.object({ items: z.array(sharedPageSchema) })
export type SharedPage = z.infer<typeof sharedPageSchema>
