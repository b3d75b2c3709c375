import { z } from 'zod'
import type { FactContract } from './contract.ts'

export const systemFacts = {
  server_draining: {
    summary: 'The server stops. Come back after this pause, which is another for each connection.',
    who: 'every connection',
    rooms: ['everyone'],
    payload: z.object({ eventId: z.uuid(), comeBackInMs: z.int().min(0) }),
  },
  server_notice: {
    summary: 'The operator has something to say to everybody.',
    who: 'every connection',
    rooms: ['everyone'],
    payload: z.object({ eventId: z.uuid(), message: z.string().min(1).max(500) }),
  },
} as const satisfies Record<string, FactContract>
