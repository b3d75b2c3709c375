import type { Scenario } from '../scenario.ts'

/** As many conflicts as possible. */
export const rush: Scenario = {
  name: 'rush',
  purpose:
    'Everybody writes, deletes and formats in one paragraph at the same time: as many conflicts as possible.',
  defaults: { clients: 30, pages: 1, durationMs: 20_000, rate: 6 },
  focus: 1,
  groups: [
    {
      name: 'author',
      share: 1,
      role: 'editor',
      pages: 1,
      behaviours: { type: 70, 'delete-words': 12, split: 2, join: 2, format: 8, undo: 4, redo: 2 },
    },
  ],
  faults: [],
}
