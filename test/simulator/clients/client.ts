import type { Line } from '../network/line.ts'
import type { PlannedClient } from '../plan.ts'
import type { Random } from '../random.ts'
import type { ClientIndex, ClientRole, PageIndex } from '../record.ts'
import type { Recorder } from '../recorder.ts'
import type { Account, ServerUnderTest, Workspace } from '../world/server-under-test.ts'
import { connectEvents, type EventConnection } from './event-connection.ts'
import { openPageOverHttp } from './http-page.ts'
import { type OpenPage, openPage } from './open-page.ts'

/** A simulated person: an account, a network of their own, the pages they have open, and perhaps Socket.IO. */
export interface Client {
  readonly index: ClientIndex
  readonly name: string
  /** What their marks begin with; the same in a shrunk run. */
  readonly number: number
  /** What they might do when the run began. */
  readonly role: ClientRole
  readonly account: Account
  readonly line: Line
  readonly pages: readonly PageIndex[]
  /** Whether it does nothing but look. */
  readonly onlyReads: boolean
  readonly events: EventConnection | null
  /** The page as it is open now. Throws for one that is none of theirs. */
  page(page: PageIndex): OpenPage
  /** The number of the next mark; every one is given out once. */
  takeMarkNumber(): number
  /** The number of the next burst of typing. */
  takeRunNumber(): number
  readonly isOnline: boolean
  goOffline(): void
  comeBack(): void
  /** Closes a page and opens it again from what was saved on the device, with a new Yjs client id. */
  reopen(page: PageIndex): void
  /** Every page is open or refused, and nothing waits for an answer. */
  readonly isSettled: boolean
  /** Every page is in exchange with the server, or refused for good. */
  readonly isOpen: boolean
  /** Asks for what is new, where it does not come by itself. */
  hurry(): void
  /** Resolves when all sockets that there are now have closed. */
  socketsClosed(): Promise<void>
  close(): void
}

export interface ClientDeps {
  readonly planned: PlannedClient
  readonly server: ServerUnderTest
  readonly workspace: Workspace
  readonly account: Account
  readonly line: Line
  readonly recorder: Recorder
  readonly random: Random
}

/** Opens everything that a client has open; it connects in the background. */
export function createClient({
  planned,
  server,
  workspace,
  account,
  line,
  recorder,
  random,
}: ClientDeps): Client {
  const { name, role, pages } = planned
  const index = recorder.addClient({ name, userId: account.userId, userName: account.name, role, pages })
  const number = Number(/\d+$/.exec(name)?.[0] ?? index)
  const ids = random.fork('yjs clients')
  const opened = new Map<PageIndex, OpenPage>()
  let markNumber = 0
  let runNumber = 0
  let isOnline = true

  // A server without Copydesk's REST has nothing to be asked over HTTP.
  const openIt = planned.overHttp && server.hasEvents ? openPageOverHttp : openPage
  const open = (page: PageIndex, savedCopy?: ReturnType<OpenPage['close']>) =>
    openIt({
      ...{ client: index, page, account, recorder, line },
      pageId: workspace.pageIds[page] ?? '',
      url: server.url,
      documentPath: server.documentPath,
      yjsClient: ids.integer(1, 2 ** 32 - 1),
      insists: planned.insists,
      ...(savedCopy === undefined ? {} : { savedCopy }),
    })
  for (const page of pages) opened.set(page, open(page))
  const events =
    planned.events && server.hasEvents
      ? connectEvents({
          ...{ client: index, account, url: server.url, line, recorder },
          pageIds: pages.map((page) => workspace.pageIds[page] ?? ''),
        })
      : null

  function page(place: PageIndex): OpenPage {
    const found = opened.get(place)
    if (found === undefined) throw new Error(`${name} does not have page ${place} open`)
    return found
  }
  const all = () => [...opened.values()]

  return {
    ...{ index, name, number, role, account, line, pages, events, page },
    onlyReads: planned.steps.length === 0,
    takeMarkNumber: () => markNumber++,
    takeRunNumber: () => runNumber++,
    get isOnline() {
      return isOnline
    },
    goOffline() {
      isOnline = false
      for (const each of all()) each.goOffline()
      events?.goOffline()
    },
    comeBack() {
      isOnline = true
      for (const each of all()) each.comeBack()
      events?.comeBack()
    },
    reopen(place) {
      opened.set(place, open(place, page(place).close()))
      if (!isOnline) page(place).goOffline()
    },
    get isSettled() {
      return all().every((each) => each.isRefused || (each.isOpen && each.unacknowledged.size === 0))
    },
    get isOpen() {
      return all().every((each) => each.isRefused || each.isOpen)
    },
    hurry() {
      for (const each of all()) each.hurry()
    },
    async socketsClosed() {
      await Promise.all(all().map((each) => each.socketClosed()))
    },
    close() {
      for (const each of all()) each.close()
      events?.close()
    },
  }
}
