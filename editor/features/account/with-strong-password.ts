import type { z } from 'zod'
import { findPasswordWeakness, type PasswordOwner } from '../../../shared/weak-password.ts'

/** A form whose new password is not what is guessed first, said under its field as the server would say it. */
export function withStrongPassword<Body extends object>(
  schema: z.ZodType<Body>,
  field: keyof Body & string,
  ownerOf: (body: Body) => PasswordOwner,
): z.ZodType<Body> {
  return schema.superRefine((body, context) => {
    const weakness = findPasswordWeakness(String(body[field]), ownerOf(body))
    if (weakness !== null) context.addIssue({ code: 'custom', path: [field], message: weakness })
  })
}
