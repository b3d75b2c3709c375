import { messageOf, pageIdOf, roomsOf } from '../facts.ts'
import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'
import { factsOfConnections } from './facts-are-true.ts'

/** E3: a fact about a page comes to those only who follow that page. */
export const nothingCrossesRooms: Oracle = {
  promise: 'E3',
  title: 'nobody hears of a page or a drive that they do not follow',
  check(record) {
    const broken: Finding[] = []
    let checked = 0
    for (const facts of factsOfConnections(record).values()) {
      const { client, connection } = facts[0] ?? { client: -1, connection: -1 }
      const joins = record.requests.filter(
        (request) =>
          request.client === client && request.connection === connection && request.name.startsWith('join_'),
      )
      const follows = (key: 'pageId' | 'driveId', id: string, at: number) => {
        const last = joins
          .filter(({ payload, askedAt }) => askedAt <= at && (payload as Record<string, unknown>)[key] === id)
          .at(-1)
        // Facts may come before the answer.
        return last !== undefined && (last.answeredAt === null || last.answeredAt > at || isYes(last.answer))
      }
      for (const { name, payload, at } of facts) {
        const rooms = roomsOf(name)
        // Those for one person do not say whose they are; everybody's are for everybody.
        if (rooms === null || rooms.some((room) => room !== 'page' && room !== 'drive')) continue
        checked++
        const pageId = messageOf(payload)?.pageId ?? pageIdOf(payload)
        const { driveId } = (payload ?? {}) as { driveId?: string }
        const isTheirs =
          (rooms.includes('page') && pageId !== null && follows('pageId', pageId, at)) ||
          (rooms.includes('drive') && driveId !== undefined && follows('driveId', driveId, at))
        if (isTheirs) continue
        const page = record.pages.findIndex(({ id }) => id === pageId)
        const title = record.pages[page]?.title ?? pageId ?? driveId
        broken.push({
          message: `${record.clients[client]?.name} heard ${name} of ${title}, which it does not follow.`,
          ...{ page: page < 0 ? null : page, client, edit: null, expected: 'nothing of it', found: name },
        })
      }
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}

const isYes = (answer: unknown) => (answer as { ok?: boolean } | null)?.ok === true
