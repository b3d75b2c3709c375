import { parseMark } from '../marks.ts'
import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'
import type { RunRecord } from '../record.ts'

/** C2: nothing is there more often than it was put in, and what was typed in a run is in its order. */
export const noDuplication: Oracle = {
  promise: 'C2',
  title: 'nothing is doubled, and everybody’s words are in their order',
  check(record) {
    const broken: Finding[] = []
    let checked = 0
    const { insertions, typed } = readInsertions(record)
    for (const { page, fresh } of record.endings) {
      const title = record.pages[page]?.title ?? ''
      const places = new Map<string, number>()
      const counts = new Map<string, number>()
      fresh?.marks.forEach((mark, place) => {
        counts.set(mark, (counts.get(mark) ?? 0) + 1)
        places.set(mark, place)
      })
      for (const [mark, count] of counts) {
        checked++
        const edits = insertions.get(`${page}/${mark}`) ?? []
        if (count <= edits.length) continue
        const edit = edits[0] ?? null
        broken.push({
          message: `${JSON.stringify(mark)} of ${authorOf(record, mark)} is ${count} times on ${title}, but was put in ${edits.length} times.`,
          ...{ page, client: edit === null ? null : (record.edits[edit]?.client ?? null), edit },
          ...{ expected: `at most ${edits.length}`, found: String(count) },
        })
      }
      for (const run of typed.values()) {
        const kept = run.filter(
          ({ mark, page: where }) =>
            where === page && counts.get(mark) === 1 && insertions.get(`${page}/${mark}`)?.length === 1,
        )
        for (let index = 1; index < kept.length; index++) {
          const [before, after] = [kept[index - 1], kept[index]]
          if (before === undefined || after === undefined) continue
          checked++
          if ((places.get(before.mark) ?? 0) < (places.get(after.mark) ?? 0)) continue
          broken.push({
            message: `${JSON.stringify(after.mark)} was typed behind ${JSON.stringify(before.mark)} and stands before it on ${title}.`,
            ...{ page, client: record.edits[after.edit]?.client ?? null, edit: after.edit },
            ...{ expected: `${before.mark}… ${after.mark}`, found: `${after.mark}… ${before.mark}` },
          })
        }
      }
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}

interface TypedMark {
  readonly mark: string
  readonly page: number
  readonly edit: number
}

/** By page and mark the edits that put it in; by client and run what was typed in it. */
function readInsertions({ edits }: RunRecord) {
  const insertions = new Map<string, number[]>()
  const typed = new Map<string, TypedMark[]>()
  edits.forEach(({ client, page, run, marks }, edit) => {
    for (const mark of marks) {
      const key = `${page}/${mark}`
      insertions.set(key, [...(insertions.get(key) ?? []), edit])
      if (run === null) continue
      const runKey = `${client}/${run}`
      const list = typed.get(runKey)
      if (list === undefined) typed.set(runKey, [{ mark, page, edit }])
      else list.push({ mark, page, edit })
    }
  })
  return { insertions, typed }
}

function authorOf({ clients }: RunRecord, mark: string): string {
  const { client } = parseMark(mark)
  return clients.find(({ name }) => name.endsWith(` ${client}`))?.name ?? 'nobody'
}
