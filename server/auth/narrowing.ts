import { z } from 'zod'
import { ROLES } from '../../shared/roles.ts'

/** How many pages, and how many drives, a token may name. */
export const MAX_NARROWED_PLACES = 200

const idsSchema = z.array(z.uuid().toLowerCase()).max(MAX_NARROWED_PLACES)

/**
 * What a token may touch at most, whatever its bearer may do otherwise: only these drives, only these pages
 * and what lies below them (one list or both; neither is everywhere), and no more than this role. A member
 * that we do not know is refused: it was meant to narrow, and ignoring it would widen.
 */
export const narrowingSchema = z
  .strictObject({
    pages: idsSchema.optional(),
    drives: idsSchema.optional(),
    role: z.enum(ROLES).optional(),
  })
  .readonly()

export type Narrowing = z.infer<typeof narrowingSchema>

/** Whether a token names the only places that it may touch. */
export function isNarrowedToPlaces(narrowing: Narrowing | undefined): narrowing is Narrowing {
  return narrowing?.pages !== undefined || narrowing?.drives !== undefined
}

/** Whether two tokens may touch the same. */
export function isSameNarrowing(a: Narrowing | undefined, b: Narrowing | undefined): boolean {
  return a === b || (a?.role === b?.role && hasSame(a?.pages, b?.pages) && hasSame(a?.drives, b?.drives))
}

function hasSame(a: readonly string[] | undefined, b: readonly string[] | undefined): boolean {
  if (a === undefined || b === undefined) return a === b
  return a.length === b.length && a.every((id) => b.includes(id)) && b.every((id) => a.includes(id))
}
