import { z } from 'zod'

/** Everything that the audit trail records. */
export const AUDIT_ACTIONS = [
  'member-added',
  'member-role-changed',
  'member-removed',
  'ownership-transferred',
  'drive-deleted',
  'grant-set',
  'grant-removed',
  'page-restricted',
  'page-opened-up',
  'share-link-created',
  'share-link-revoked',
  'share-link-opened',
  'service-account-created',
  'service-account-removed',
  'session-ended',
  'password-changed',
  'account-deleted',
] as const
export type AuditAction = (typeof AUDIT_ACTIONS)[number]

/** One entry of a drive's audit trail. `target` says in ids and roles what it was done to. */
export const auditEventSchema = z.object({
  id: z.int(),
  action: z.enum(AUDIT_ACTIONS),
  actor: z.object({ userId: z.uuid(), name: z.string() }),
  target: z.record(z.string(), z.union([z.string(), z.boolean(), z.null()])),
  at: z.iso.datetime(),
})
export type AuditEvent = z.infer<typeof auditEventSchema>

/** Newest first; `nextCursor` leads to what is older, and is absent at the end. */
export const auditListSchema = z.object({
  items: z.array(auditEventSchema),
  nextCursor: z.string().optional(),
})
export type AuditList = z.infer<typeof auditListSchema>

export const auditQuerySchema = z.object({
  cursor: z
    .string()
    .regex(/^\d{1,15}$/, 'Send the nextCursor of the page before.')
    .optional(),
  limit: z.coerce.number().int().min(1).max(100).default(50),
})
