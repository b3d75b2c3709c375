import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'

/** D3: while the database stands still, nothing that came after is acknowledged or shown. */
export const nothingWithoutDatabase: Oracle = {
  promise: 'D3',
  title: 'while the database is away, nothing is acknowledged or shown',
  check({ outages, edits, clients, pages }) {
    const broken: Finding[] = []
    let checked = 0
    for (const { from, to } of outages) {
      edits.forEach((edit, index) => {
        const { sentAt, ackedAt, seenAt } = edit
        // What only deletes may be deleted already: then there is nothing to write down.
        if (sentAt === null || sentAt < from || sentAt > to || edit.evidence.clocks.length === 0) return
        checked++
        const isIn = (at: number | null) => at !== null && at < to
        const what = isIn(ackedAt) ? 'acknowledged' : isIn(seenAt) ? 'shown to others' : null
        if (what === null) return
        broken.push({
          message: `An edit of ${clients[edit.client]?.name} on ${pages[edit.page]?.title} was ${what} while the database stood still.`,
          ...{ page: edit.page, client: edit.client, edit: index },
          expected: 'no answer before the database is back',
          found: `${what} ${Math.round((isIn(ackedAt) ? (ackedAt ?? 0) : (seenAt ?? 0)) - sentAt)} ms after it was sent`,
        })
      })
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}
