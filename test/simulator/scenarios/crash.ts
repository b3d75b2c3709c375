import type { Scenario } from '../scenario.ts'

/** Saved means saved, also when the process dies. */
export const crash: Scenario = {
  name: 'crash',
  purpose:
    'The server is killed and started again, over and over, while people type. After each kill a fresh client looks at what is left before anybody comes back.',
  defaults: { clients: 12, pages: 2, durationMs: 30_000, rate: 10 },
  focus: 0.2,
  groups: [
    {
      name: 'author',
      share: 1,
      role: 'editor',
      pages: 1,
      events: true,
      behaviours: {
        ...{ type: 80, 'delete-words': 8, split: 4, join: 2, format: 3, paste: 2, undo: 2 },
        ...{ chat: 4, typing: 2, rename: 1 },
      },
    },
  ],
  faults: [{ kind: 'crash', everyMs: 3_000 }],
}
