import type { Scenario } from '../scenario.ts'

/** Whoever attacks harms nobody but themselves. */
export const hostile: Scenario = {
  name: 'hostile',
  purpose:
    'Strangers and viewers send malformed, forged and oversized frames, pose as others and move their carets, beside people who only want to write: nothing of it gets in, and the others must not notice.',
  defaults: { clients: 16, pages: 2, durationMs: 30_000, rate: 5 },
  focus: 0.3,
  groups: [
    {
      ...{ name: 'author', share: 0.6, role: 'editor', pages: 2, events: true },
      behaviours: {
        ...{ type: 70, 'delete-words': 8, split: 4, join: 2, format: 4, paste: 2, undo: 2 },
        ...{ caret: 8, chat: 2, typing: 2 },
      },
    },
    {
      ...{ name: 'viewer', share: 0.2, least: 1, role: 'viewer', pages: 1 },
      behaviours: { type: 10, 'delete-words': 5, format: 3, paste: 2, 'forge-name': 5, 'forge-caret': 5 },
    },
    {
      ...{ name: 'impostor', share: 0.2, role: 'editor', pages: 1, events: true },
      behaviours: { type: 10, caret: 10, 'forge-name': 5, 'forge-caret': 5 },
    },
  ],
  faults: [{ kind: 'attack', everyMs: 3_500 }],
}
