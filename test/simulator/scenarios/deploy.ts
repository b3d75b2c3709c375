import type { Scenario } from '../scenario.ts'

const writing = {
  ...{ type: 70, 'delete-words': 8, split: 4, join: 2, format: 3, paste: 2, undo: 2 },
} as const
const talking = { ...writing, caret: 6, chat: 3, typing: 2 } as const

/** A deploy is nothing that anybody has to wait for the evening for. */
export const deploy: Scenario = {
  name: 'deploy',
  purpose:
    'The server is restarted in order while everybody works: nothing is lost, and everybody is asked to come back at a moment of their own.',
  defaults: { clients: 20, pages: 2, durationMs: 30_000, rate: 5 },
  focus: 0.2,
  groups: [
    { name: 'author', share: 0.8, role: 'editor', pages: 2, events: true, behaviours: talking },
    { name: 'tunnel', share: 0.2, role: 'editor', pages: 1, overHttp: true, behaviours: writing },
  ],
  faults: [{ kind: 'deploy', everyMs: 7_000 }],
}
