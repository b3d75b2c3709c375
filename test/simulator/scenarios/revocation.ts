import type { Scenario } from '../scenario.ts'

const writing = {
  ...{ type: 60, 'delete-words': 6, split: 4, join: 2, format: 4, paste: 1, undo: 2 },
  ...{ caret: 8, chat: 5, typing: 3, rename: 1 },
} as const

/** Whoever loses a permission loses it at once. */
export const revocation: Scenario = {
  name: 'revocation',
  purpose:
    'Roles, grants, share links and sessions change under people’s hands. Viewers try to write, some show themselves under other names, and who is put out keeps trying to get in, to write and to listen.',
  defaults: { clients: 20, pages: 2, durationMs: 20_000, rate: 5 },
  focus: 0.2,
  groups: [
    {
      ...{ name: 'member', share: 0.4, role: 'editor', pages: 2 },
      ...{ events: true, insists: true, behaviours: writing },
    },
    {
      ...{ name: 'guest', share: 0.3, role: 'editor', pages: 1, byLink: true },
      ...{ events: true, insists: true, behaviours: writing },
    },
    {
      ...{ name: 'viewer', share: 0.15, role: 'viewer', pages: 2, pace: 0.5 },
      ...{ events: true, insists: true, behaviours: writing },
    },
    {
      ...{ name: 'impostor', share: 0.15, role: 'editor', pages: 1 },
      ...{ events: true, insists: true },
      behaviours: { type: 10, caret: 10, 'forge-name': 5, 'forge-caret': 5 },
    },
  ],
  faults: [],
  rights: [
    { way: 'role', everyMs: 1_200 },
    { way: 'grant', everyMs: 1_600 },
    { way: 'link', everyMs: 4_000 },
    { way: 'session', everyMs: 6_000 },
  ],
}
