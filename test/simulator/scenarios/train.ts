import type { Scenario } from '../scenario.ts'

const writing = {
  ...{ type: 60, 'delete-words': 8, split: 5, join: 3, format: 5, move: 2, paste: 2, undo: 3, redo: 1 },
  ...{ caret: 6, pause: 4, chat: 2, typing: 2, offline: 1, reopen: 1 },
} as const

/** The network is as bad as on a train. */
export const train: Scenario = {
  name: 'train',
  purpose:
    'Everybody’s network is slow and uneven. Connections break, stall, lead nowhere without telling, or are overtaken by the next one; some people have no WebSocket and work over plain HTTP. In the end half of them leave without a word.',
  defaults: { clients: 16, pages: 2, durationMs: 30_000, rate: 4 },
  focus: 0.3,
  network: { latencyMs: 60, jitterMs: 120 },
  groups: [
    { name: 'author', share: 0.75, role: 'editor', pages: 2, events: true, behaviours: writing },
    { name: 'tunnel', share: 0.25, role: 'editor', pages: 1, overHttp: true, behaviours: writing },
  ],
  faults: [
    { kind: 'cut', everyMs: 4_000 },
    { kind: 'stall', everyMs: 6_000 },
    { kind: 'slow', everyMs: 6_000 },
    { kind: 'half-open', everyMs: 6_000 },
    { kind: 'overtake', everyMs: 4_000 },
  ],
}
