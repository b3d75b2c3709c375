import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'

/** D5: a page's `seq` only grows, and every one up to it can be read back. */
export const sequence: Oracle = {
  promise: 'D5',
  title: 'a page’s history has no gaps and never goes back',
  check({ seqReadings, pages }) {
    const broken: Finding[] = []
    let checked = 0
    const newest = new Map<number, { seq: number; answeredAt: number }>()
    for (const { page, at, seq, status, askedAt, answeredAt } of seqReadings) {
      const where = { page, client: null, edit: null }
      const title = pages[page]?.title ?? ''
      if (at !== null) {
        // Busy and limited are answers about the moment, not about the page.
        if (status === 429 || status === 503) continue
        checked++
        if (seq !== at)
          broken.push({
            message: `${title} could not be read at seq ${at}, although it has come further.`,
            ...{
              ...where,
              expected: `200 and seq ${at}`,
              found: seq === null ? String(status) : `seq ${seq}`,
            },
          })
        continue
      }
      if (seq === null) continue
      checked++
      const before = newest.get(page)
      if (before !== undefined && askedAt >= before.answeredAt && seq < before.seq)
        broken.push({
          message: `${title} went back from seq ${before.seq} to ${seq}.`,
          ...{ ...where, expected: `at least ${before.seq}`, found: String(seq) },
        })
      if (before === undefined || seq >= before.seq) newest.set(page, { seq, answeredAt })
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}
