import { messageOf } from '../facts.ts'
import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'

/** A4: a caret, a presence and a message are of whom they are said to be. */
export const nobodyPoses: Oracle = {
  promise: 'A4',
  title: 'nobody appears under another name',
  check(record) {
    const { clients, pages } = record
    const broken: Finding[] = []
    let checked = 0
    const names = new Map(clients.map(({ userId, userName }) => [userId, userName]))
    const owners = new Map(
      clients.flatMap(({ yjsClients }, client) =>
        yjsClients.map(({ id, page }) => [`${page}/${id}`, client]),
      ),
    )
    const note = (
      client: number | null,
      page: number | null,
      what: string,
      expected: string,
      found: string,
    ) =>
      broken.push({
        message: `${what}${page === null ? '' : ` on ${pages[page]?.title}`} is shown under another name.`,
        ...{ page, client, edit: null, expected, found },
      })
    for (const { page, yjsClient, userId, userName, forgedBy } of record.carets) {
      const client = forgedBy ?? owners.get(`${page}/${yjsClient}`)
      const owner = client === undefined ? undefined : clients[client]
      // A server without accounts says nothing of whose a caret is.
      if (client === undefined || owner === undefined || (userId === null && forgedBy === null)) continue
      checked++
      if (userId === owner.userId && userName === owner.userName) continue
      note(client, page, `The caret of ${owner.name}`, owner.userName, userName ?? 'nobody')
    }
    const senders = new Map(
      record.requests.flatMap(({ name, payload, client }) =>
        name === 'send_message' ? [[(payload as { id: string }).id, client] as const] : [],
      ),
    )
    for (const { payload } of record.facts) {
      const { user, pageId } = (payload ?? {}) as {
        user?: { userId?: string; name?: string }
        pageId?: string
      }
      const found = pages.findIndex(({ id }) => id === pageId)
      const page = found < 0 ? null : found
      const name = names.get(user?.userId ?? '')
      if (name !== undefined) {
        checked++
        if (user?.name !== name) note(null, page, `The presence of ${name}`, name, user?.name ?? 'nobody')
      }
      const message = messageOf(payload)
      const sender = message === null ? undefined : senders.get(message.id)
      const author = sender === undefined ? undefined : clients[sender]
      if (message === null || sender === undefined || author === undefined) continue
      checked++
      if (message.author.userId !== author.userId || message.author.name !== author.userName)
        note(sender, page, `A message of ${author.name}`, author.userName, message.author.name)
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}
