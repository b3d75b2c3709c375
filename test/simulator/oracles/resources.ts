import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'
import type { ResourceSample } from '../record.ts'

/** What must be as it was when all have left, by the names in `/metrics`. */
const RETURNING = {
  copydesk_document_sockets: 'open document connections',
  copydesk_realtime_sockets: 'open Socket.IO connections',
  copydesk_open_pages: 'open pages',
} as const
/** What a process may keep for good, bytes: caches, compiled code and a heap that is not given back at once. */
const KEPT_BYTES = 400 * 1024 * 1024
/** From so many samples on, the level of the later ones is compared with that of the earlier ones. */
const TREND_SAMPLES = 60
/** How much higher the level may be later, as a factor, and in any case this much, bytes. */
const TREND = { factor: 1.25, bytes: 48 * 1024 * 1024 }

/** A5: when all have left, connections and memory are back where they were; in a long run memory does not climb. */
export const resourcesReturn: Oracle = {
  promise: 'A5',
  title: 'connections and memory return to where they were',
  check({ resources, isPrivate }) {
    if (!isPrivate) return { checked: 0, broken: [] }
    const broken: Finding[] = []
    let checked = 0
    const note = (message: string, expected: string, found: string) =>
      broken.push({ message, ...{ page: null, client: null, edit: null, expected, found } })
    const before = resources.find(({ phase }) => phase === 'before')
    const after = resources.filter(({ phase }) => phase === 'after').at(-1)
    if (before !== undefined && after !== undefined) {
      for (const [metric, title] of Object.entries(RETURNING)) {
        const [was, is] = [before.metrics[metric], after.metrics[metric]]
        if (was === undefined || is === undefined) continue
        checked++
        if (is > was)
          note(`There are more ${title} than before anybody came.`, `${was} ${title}`, `${is} ${title}`)
      }
      if (before.process === after.process && before.rssBytes !== null && after.rssBytes !== null) {
        checked++
        if (after.rssBytes > before.rssBytes + KEPT_BYTES)
          note(
            'The memory did not come back when all had left.',
            `at most ${megabytes(before.rssBytes + KEPT_BYTES)}`,
            megabytes(after.rssBytes),
          )
      }
    }
    const trend = readTrend(resources)
    if (trend !== null) {
      checked++
      const most = Math.max(trend.early * TREND.factor, trend.early + TREND.bytes)
      if (trend.late > most)
        note('The memory climbs while people write.', `at most ${megabytes(most)}`, megabytes(trend.late))
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}

/** The level of memory in the second and in the last quarter of the longest life; null where it was too short. */
function readTrend(resources: readonly ResourceSample[]): { early: number; late: number } | null {
  const lives = new Map<number, number[]>()
  for (const { phase, process, rssBytes } of resources) {
    if (phase === 'during' && rssBytes !== null) lives.set(process, [...(lives.get(process) ?? []), rssBytes])
  }
  const longest = [...lives.values()].sort((a, b) => b.length - a.length)[0] ?? []
  if (longest.length < TREND_SAMPLES) return null
  const quarter = (place: number) =>
    // The lowest: what is left when garbage has just been collected.
    Math.min(...longest.slice((longest.length * place) / 4, (longest.length * (place + 1)) / 4))
  return { early: quarter(1), late: quarter(3) }
}

const megabytes = (bytes: number) => `${Math.round(bytes / 1024 / 1024)} MiB`
