import type { Scenario } from '../scenario.ts'

const writing = {
  ...{ type: 75, 'delete-words': 8, split: 4, join: 2, format: 3, paste: 2, undo: 2, chat: 2 },
} as const

/** Without a database nothing is saved, and nobody may believe that it were. */
export const database: Scenario = {
  name: 'database',
  purpose:
    'PostgreSQL is killed, stands still and is restarted while people type, some of them over plain HTTP: nothing may be acknowledged meanwhile, and all of it must be saved afterwards.',
  defaults: { clients: 12, pages: 2, durationMs: 30_000, rate: 6 },
  focus: 0.2,
  groups: [
    { name: 'author', share: 0.8, role: 'editor', pages: 1, events: true, behaviours: writing },
    { name: 'tunnel', share: 0.2, role: 'editor', pages: 1, overHttp: true, behaviours: writing },
  ],
  faults: [
    { kind: 'database-pause', everyMs: 5_000 },
    { kind: 'database-kill', everyMs: 9_000 },
    { kind: 'database-restart', everyMs: 9_000 },
  ],
}
