import { z } from 'zod'
import type { FactContract } from './contract.ts'

/** Somebody who has a page open: one entry a person, however many tabs they have. */
export const presentUserSchema = z.object({
  userId: z.uuid(),
  kind: z.enum(['user', 'guest']),
  name: z.string(),
  color: z.string(),
})
export type PresentUser = z.infer<typeof presentUserSchema>

export const userJoinedSchema = z.object({ eventId: z.uuid(), pageId: z.uuid(), user: presentUserSchema })
export const userLeftSchema = z.object({ eventId: z.uuid(), pageId: z.uuid(), userId: z.uuid() })

export const presenceFacts = {
  user_joined: {
    summary: 'A person’s first tab arrived on a page.',
    who: 'everyone on the page but the person’s own arriving tab',
    rooms: ['page'],
    payload: userJoinedSchema,
  },
  user_left: {
    summary: 'A person’s last tab left a page.',
    who: 'everyone on the page',
    rooms: ['page'],
    payload: userLeftSchema,
  },
} as const satisfies Record<string, FactContract>
