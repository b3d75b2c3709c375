import { compareTexts } from '../compare.ts'
import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'

/** C1: after quiet, everybody holds what a fresh client and the HTTP API get. */
export const convergence: Oracle = {
  promise: 'C1',
  title: 'after quiet, everybody has the same page',
  check({ endings, pages, clients, edits, connections, rights }) {
    const broken: Finding[] = []
    let checked = 0
    const writers = new Set(edits.map(({ client }) => client))
    for (const { page, fresh, http, clients: held } of endings) {
      const title = pages[page]?.title ?? ''
      if (fresh === null) {
        broken.push({
          message: `${title} could not be opened again at the end.`,
          ...{ page, client: null, edit: null, expected: 'the page', found: 'a refusal' },
        })
        continue
      }
      for (const { client, state, unacknowledged, isConnected, mayWrite } of held) {
        const last = connections.findLast((one) => one.client === client && one.page === page)
        // Whoever was refused, or whose rights changed, may be out for a reason.
        if (!isConnected && last?.state !== 'refused' && !rights.some((change) => change.client === client)) {
          checked++
          broken.push({
            message: `${clients[client]?.name} did not get back onto ${title} after quiet.`,
            ...{ page, client, edit: null },
            ...{ expected: 'an open connection', found: last?.reason ?? 'none' },
          })
        }
        // Whoever was put out, or wrote what they may not, may well hold something else.
        if (!isConnected || (!mayWrite && writers.has(client))) continue
        checked++
        const name = clients[client]?.name ?? ''
        if (unacknowledged > 0) {
          broken.push({
            message: `${name} still had ${unacknowledged} edits without an answer on ${title} after quiet.`,
            ...{
              page,
              client,
              edit: null,
              expected: '0 edits without an answer',
              found: String(unacknowledged),
            },
          })
        } else if (state.xml !== fresh.xml) {
          const difference = compareTexts(fresh.xml, state.xml)
          broken.push({
            message: `${name} and a fresh client hold different texts of ${title}, from character ${difference?.position} on.`,
            ...{ page, client, edit: null },
            expected: difference?.expectedAround ?? '',
            found: difference?.actualAround ?? '',
          })
        }
      }
      if (http !== null) {
        checked++
        const difference = compareTexts(fresh.marks.join(''), http.marks.join(''))
        if (difference !== undefined)
          broken.push({
            message: `The HTTP API and a fresh client have different texts of ${title}, from character ${difference.position} on.`,
            ...{ page, client: null, edit: null },
            ...{ expected: difference.expectedAround, found: difference.actualAround },
          })
      }
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}
