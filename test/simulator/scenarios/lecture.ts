import type { Scenario } from '../scenario.ts'

/** What is written once has to reach very many. */
export const lecture: Scenario = {
  name: 'lecture',
  purpose: 'One person writes, and hundreds who came by a link read along.',
  defaults: { clients: 200, pages: 1, durationMs: 20_000, rate: 8 },
  focus: 0,
  groups: [
    {
      ...{ name: 'lecturer', share: 0, least: 1, role: 'editor', pages: 1, events: true },
      behaviours: { type: 80, 'delete-words': 4, split: 6, format: 4, heading: 2, paste: 1, undo: 2 },
    },
    // They have nothing but the page: no behaviours, and no rights to write.
    { name: 'reader', share: 1, role: 'viewer', pages: 1, byLink: true, behaviours: {} },
  ],
  faults: [{ kind: 'cut', everyMs: 3_000 }],
}
