import type { Person } from '../../shared/api/messages.ts'
import { computeAuthorColor } from '../../shared/colors.ts'
import type { users } from '../database/schema.ts'

/** Somebody as everybody may know them who sees what they wrote. */
export function toPerson({
  id,
  kind,
  name,
}: Pick<typeof users.$inferSelect, 'id' | 'kind' | 'name'>): Person {
  return { userId: id, kind, name, color: computeAuthorColor(id) }
}
