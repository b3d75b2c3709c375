import { z } from 'zod'

/** What somebody who acts here can be: a person with an account, a guest, or a program. */
export const USER_KINDS = ['user', 'guest', 'service'] as const
export type UserKind = (typeof USER_KINDS)[number]

const PASSWORD_TOO_LONG = 'That is too long for a password.'

/** A password long enough to resist guessing, short enough that hashing it cannot be used to starve us. */
export const passwordSchema = z.string().min(10, 'Use at least 10 characters.').max(200, PASSWORD_TOO_LONG)

/** The name that co-authors see: 1 to 80 characters, trimmed, without control characters. */
export const nameSchema = z
  .string()
  .trim()
  .min(1, 'Enter a name.')
  .max(80, 'Use at most 80 characters.')
  .regex(/^\P{Cc}+$/u, 'Leave out control characters.')

export const emailSchema = z
  .string()
  .trim()
  .toLowerCase()
  .max(254, 'That is too long for an e-mail address.')
  .pipe(z.email('Enter an e-mail address.'))

export const registerBodySchema = z.object({
  email: emailSchema,
  password: passwordSchema,
  name: nameSchema,
})
export const loginBodySchema = z.object({
  email: emailSchema,
  password: z.string().min(1, 'Enter your password.').max(200, PASSWORD_TOO_LONG),
})
export const guestBodySchema = z.object({
  shareToken: z
    .string()
    .min(1, 'This link is not complete.')
    .max(200, 'This link is too long: copy it again.'),
  name: nameSchema,
  /** For a link that asks for one. */
  password: z.string().max(200, PASSWORD_TOO_LONG).optional(),
})
export const deleteAccountBodySchema = z.object({
  password: z.string().min(1, 'Enter your password.').max(200, PASSWORD_TOO_LONG),
})
/** What I change about myself. */
export const updateMeBodySchema = z.object({ name: nameSchema })
export const changePasswordBodySchema = z.object({
  currentPassword: z.string().min(1, 'Enter your password.').max(200, PASSWORD_TOO_LONG),
  newPassword: passwordSchema,
})

/** One of my sessions: a device that is signed in. */
export const ownSessionSchema = z.object({
  id: z.uuid(),
  /** Whether it is the one that asks. */
  isCurrent: z.boolean(),
  createdAt: z.iso.datetime(),
  /** When it ends unless it is renewed before. */
  expiresAt: z.iso.datetime(),
})
export type OwnSession = z.infer<typeof ownSessionSchema>
export const ownSessionListSchema = z.object({ items: z.array(ownSessionSchema) })
export const sessionParamsSchema = z.object({ sessionId: z.uuid() })

/** What the server's own tokens name as their issuer; a host application's cannot. */
export const OWN_ISSUER = 'copydesk'

/** Somebody who is signed in; guests and services have no e-mail. `color` is their caret's, chosen by the server. */
export const userSchema = z.object({
  id: z.uuid(),
  kind: z.enum(USER_KINDS),
  name: z.string(),
  email: z.string().nullable(),
  color: z.string(),
})
export type User = z.infer<typeof userSchema>

/** A session as register, login, refresh and guest entry answer it; the refresh token travels in a cookie. */
export const sessionSchema = z.object({
  user: userSchema,
  accessToken: z.string(),
  /** When the access token expires, ISO 8601. */
  expiresAt: z.iso.datetime(),
  /** For a guest: the page that their link leads to. */
  pageId: z.uuid().nullable(),
})
export type Session = z.infer<typeof sessionSchema>

/** What a service account's key is exchanged for: a token for documents and events. */
export const serviceTokenSchema = sessionSchema.pick({ user: true, accessToken: true, expiresAt: true })
export type ServiceToken = z.infer<typeof serviceTokenSchema>
export type RegisterBody = z.infer<typeof registerBodySchema>
export type LoginBody = z.infer<typeof loginBodySchema>
export type GuestBody = z.infer<typeof guestBodySchema>
