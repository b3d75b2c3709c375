import { type Finding, MAX_FINDINGS, type Oracle } from '../oracle.ts'

/** E4: who has left is not shown any more, neither as present nor by a caret. */
export const noGhosts: Oracle = {
  promise: 'E4',
  title: 'nobody is shown on a page who has left it',
  check({ presence, pages, clients }) {
    const broken: Finding[] = []
    let checked = 0
    for (const { page, users, carets, afterMs } of presence) {
      checked += 2
      const ghosts = [
        ...(users ?? []).map(({ userId, name }) => ({
          client: clients.findIndex((client) => client.userId === userId),
          how: `${name} is still shown as present`,
        })),
        ...carets.map((caret) => {
          const client = clients.findIndex(({ yjsClients }) => yjsClients.some(({ id }) => id === caret))
          return { client, how: `the caret of ${clients[client]?.name ?? 'somebody'} is still shown` }
        }),
      ]
      for (const { client, how } of ghosts)
        broken.push({
          message: `${how} on ${pages[page]?.title} ${(afterMs / 1000).toFixed(1)} s after everybody left.`,
          ...{ page, client: client < 0 ? null : client, edit: null, expected: 'nobody', found: how },
        })
    }
    return { checked, broken: broken.slice(0, MAX_FINDINGS) }
  },
}
