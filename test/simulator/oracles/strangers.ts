import * as Y from 'yjs'
import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'

/** A2: every word on a page was written by one of the clients. */
export const noStrangersText: Oracle = {
  promise: 'A2',
  title: 'nothing stands on a page that none of its people wrote',
  check({ checkpoints, clients, pages }) {
    const broken: Finding[] = []
    let checked = 0
    for (const { page, state, reason } of checkpoints) {
      if (state === null) continue
      const known = new Set(
        clients.flatMap(({ yjsClients }) =>
          yjsClients.filter((each) => each.page === page).map(({ id }) => id),
        ),
      )
      for (const [id] of Y.parseUpdateMeta(state).from) {
        checked++
        if (known.has(id)) continue
        broken.push({
          message: `Something that none of its people wrote stands on ${pages[page]?.title} ${reason}.`,
          ...{ page, client: null, edit: null },
          expected: 'edits of the people on it',
          found: `edits of the unknown Yjs client ${id}`,
        })
      }
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}
