import { z } from 'zod'
import { SERVICE_ROLES } from '../roles.ts'
import { nameSchema } from './auth.ts'

/** How long an API key holds unless something else was asked for, days. */
const DEFAULT_KEY_DAYS = 365
/** The longest that an API key can hold, days. */
const MAX_KEY_DAYS = 3650

/** A program with a name and a role of its own in a drive. Its key is never shown here, only how it begins. */
export const serviceAccountSchema = z.object({
  id: z.uuid(),
  name: z.string(),
  color: z.string(),
  /** What it may do in this drive. */
  role: z.enum(SERVICE_ROLES),
  /** The drive that it belongs to: its admins can end it. Other drives can only let it in and put it out. */
  driveId: z.uuid(),
  /** What its key begins with, to recognise it by. */
  keyPrefix: z.string(),
  createdAt: z.iso.datetime(),
  /** When its key stops working. */
  expiresAt: z.iso.datetime(),
  /** When its key was last used, to the minute; null if never. */
  lastUsedAt: z.iso.datetime().nullable(),
})
export type ServiceAccount = z.infer<typeof serviceAccountSchema>

/** A new account's answer is the only place where its key is ever shown: the server keeps a hash. */
export const createdServiceAccountSchema = serviceAccountSchema.extend({ apiKey: z.string() })
export type CreatedServiceAccount = z.infer<typeof createdServiceAccountSchema>

export const serviceAccountListSchema = z.object({ items: z.array(serviceAccountSchema) })
export const createServiceAccountBodySchema = z.object({
  name: nameSchema,
  role: z.enum(SERVICE_ROLES),
  expiresInDays: z.int().min(1).max(MAX_KEY_DAYS).default(DEFAULT_KEY_DAYS),
})
/** Letting an account of another drive in, or changing what it may do here. */
export const admitServiceAccountBodySchema = z.object({ role: z.enum(SERVICE_ROLES) })
export const serviceAccountParamsSchema = z.object({ driveId: z.uuid(), accountId: z.uuid() })
