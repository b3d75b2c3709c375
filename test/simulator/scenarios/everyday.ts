import type { Scenario } from '../scenario.ts'

/** What happens on an ordinary day, sped up. */
export const everyday: Scenario = {
  name: 'everyday',
  purpose:
    'People write, rearrange and discuss a few pages together. Connections break now and then, laptops are closed and opened again, and those who may only read try to write.',
  defaults: { clients: 20, pages: 3, durationMs: 30_000, rate: 4 },
  focus: 0.3,
  groups: [
    {
      name: 'author',
      share: 0.9,
      role: 'editor',
      pages: 2,
      events: true,
      behaviours: {
        ...{
          type: 60,
          'delete-words': 8,
          split: 5,
          join: 3,
          format: 6,
          heading: 2,
          list: 3,
          move: 2,
          paste: 2,
        },
        ...{
          undo: 4,
          redo: 2,
          caret: 8,
          pause: 6,
          offline: 0.5,
          reopen: 0.5,
          chat: 2,
          typing: 2,
          rename: 0.5,
        },
      },
    },
    {
      name: 'viewer',
      share: 0.1,
      role: 'viewer',
      pages: 1,
      pace: 0.3,
      events: true,
      // The editor would not let them; a program that tries is refused by the server.
      behaviours: { type: 10, 'delete-words': 2, caret: 5, pause: 10 },
    },
  ],
  faults: [
    { kind: 'cut', everyMs: 6_000 },
    { kind: 'stall', everyMs: 10_000 },
  ],
}
