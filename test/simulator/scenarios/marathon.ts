import type { Scenario } from '../scenario.ts'

/** What grows a little with everything that happens shows after hours. */
export const marathon: Scenario = {
  name: 'marathon',
  purpose:
    'People work at an ordinary pace for hours, come and go, and keep their pages at a bearable length, while the server’s memory is watched. Choose how long with --duration.',
  isLong: true,
  defaults: { clients: 20, pages: 5, durationMs: 4 * 3_600_000, rate: 0.5 },
  focus: 0.1,
  groups: [
    {
      ...{ name: 'author', share: 0.8, role: 'editor', pages: 2, events: true },
      behaviours: {
        ...{ type: 50, 'delete-words': 10, split: 4, join: 3, format: 4, heading: 1, list: 2, move: 2 },
        ...{ paste: 1, tidy: 25, undo: 3, redo: 1, caret: 10, pause: 10, offline: 1, reopen: 2 },
        ...{ chat: 1, typing: 1 },
      },
    },
    {
      ...{ name: 'tunnel', share: 0.1, role: 'editor', pages: 1, overHttp: true },
      behaviours: { type: 50, 'delete-words': 10, tidy: 25, reopen: 1 },
    },
    { name: 'reader', share: 0.1, role: 'viewer', pages: 1, behaviours: {} },
  ],
  faults: [
    { kind: 'cut', everyMs: 20_000 },
    { kind: 'stall', everyMs: 60_000 },
    { kind: 'half-open', everyMs: 120_000 },
  ],
}
