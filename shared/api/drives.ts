import { z } from 'zod'
import { MEMBER_ROLES, ROLES } from '../roles.ts'
import { emailSchema, nameSchema, USER_KINDS } from './auth.ts'

/** A drive: the place that holds pages and decides who may see them. `role` is the asker's own. */
export const driveSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  role: z.enum(ROLES),
  /** Grows by one with every change to the drive, its members or its pages. */
  revision: z.int(),
  createdAt: z.iso.datetime(),
})
export type Drive = z.infer<typeof driveSchema>

export const driveListSchema = z.object({ items: z.array(driveSchema) })

/** `id` is made by the client so that sending twice creates one drive. */
export const createDriveBodySchema = z.object({ id: z.uuid().optional(), name: nameSchema })
export const driveParamsSchema = z.object({ driveId: z.uuid() })

export const memberSchema = z.object({
  userId: z.uuid(),
  kind: z.enum(USER_KINDS),
  name: z.string(),
  email: z.string().nullable(),
  role: z.enum(ROLES),
  color: z.string(),
})
export type Member = z.infer<typeof memberSchema>

export const memberListSchema = z.object({ items: z.array(memberSchema) })
export const addMemberBodySchema = z.object({ email: emailSchema, role: z.enum(MEMBER_ROLES) })
export const memberParamsSchema = z.object({ driveId: z.uuid(), userId: z.uuid() })
export const updateMemberBodySchema = z.object({ role: z.enum(MEMBER_ROLES) })
/** Who owns the drive from now on: one of its members. */
export const transferBodySchema = z.object({ userId: z.uuid() })
export type AddMemberBody = z.infer<typeof addMemberBodySchema>
