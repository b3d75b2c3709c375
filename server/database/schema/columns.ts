import { customType, pgEnum, timestamp } from 'drizzle-orm/pg-core'
import { ROLES } from '../../../shared/roles.ts'

/** Raw bytes: a Yjs update or state, or a hash. */
export const bytes = customType<{ data: Buffer }>({ dataType: () => 'bytea' })

/** Text that is compared byte by byte, whatever language the database speaks. */
export const bytewise = customType<{ data: string }>({ dataType: () => 'text COLLATE "C"' })

/** A point in time, read as a Date. */
export const moment = (name: string) => timestamp(name, { withTimezone: true, mode: 'date' })

/** When the row was written. */
export const createdAt = () => moment('created_at').notNull().defaultNow()

export const roleEnum = pgEnum('role', ROLES)
