import { QueryClient, type QueryKey, QueryObserver } from '@tanstack/react-query'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { createApiClient } from '../../editor/api/api-client.ts'
import type { Fetch } from '../../editor/api/request.ts'
import { keepQueriesLive, takeChangedPage } from '../../editor/app/live-queries.ts'
import { queryKeys } from '../../editor/app/query-keys.ts'
import {
  hasChildren,
  loadPageTree,
  type PageTreeList,
} from '../../editor/features/page-tree/page-tree-list.ts'
import { createRealtimeSession } from '../../editor/realtime/realtime-session.ts'
import type { Drive } from '../../shared/api/drives.ts'
import type { PageWithRole } from '../../shared/api/pages.ts'
import { addMember, createPage, firstDrive, type Person, register } from '../support/people.ts'
import { startServer, type TestServer } from '../support/start-server.ts'
import { createTcpProxy } from '../support/tcp-proxy.ts'
import { until } from '../support/until.ts'

let server: TestServer
beforeAll(async () => {
  server = await startServer()
})
afterAll(() => server.close())

/** What the editor of one person holds: their lists, asked for once and then kept by what the server tells. */
async function openLists(
  person: Person,
  drive: Drive,
  realtimeUrl = server.url,
  open: readonly string[] = [],
  deliver: (path: string) => Promise<void> = async () => undefined,
) {
  const asked: [path: string, status: number][] = []
  const ask: Fetch = async (path, init) => {
    const response = await fetch(server.url + path, init)
    asked.push([path, response.status])
    await deliver(path)
    return response
  }
  const getToken = async () => person.session.accessToken
  const api = createApiClient(ask, { getAccessToken: getToken, renewAccessToken: getToken })
  const realtime = createRealtimeSession({
    ...{ serverUrl: realtimeUrl, getToken, renewToken: getToken },
    onTokenRenewed: () => () => undefined,
  })
  const queries = new QueryClient({ defaultOptions: { queries: { staleTime: 30_000, retry: false } } })
  const stop = keepQueriesLive(queries, realtime, person.session.user.id)
  const listKey = queryKeys.pages(drive.id)
  const observe = (queryKey: QueryKey, queryFn: () => Promise<unknown>) =>
    new QueryObserver(queries, { queryKey, queryFn }).subscribe(() => undefined)
  const stops = [
    observe(listKey, () =>
      loadPageTree(api.listChildren, drive.id, open, queries.getQueryData<PageTreeList>(listKey)),
    ),
    observe(queryKeys.drives, async () => (await api.listDrives()).items),
    realtime.follow({ driveId: drive.id }, () => undefined),
    stop,
  ]
  const titles = () => queries.getQueryData<PageTreeList>(listKey)?.items.map(({ title }) => title)
  await until(() => titles() && realtime.stateOf({ driveId: drive.id }).status === 'joined')
  await until(() => queries.isFetching() === 0)
  return {
    ...{ asked, queries, realtime, titles, listKey },
    driveNames: () => queries.getQueryData<Drive[]>(queryKeys.drives)?.map(({ name }) => name),
    close() {
      for (const end of stops) end()
      realtime.close()
      queries.clear()
    },
  }
}

test('E2 · facts are brought into the list without asking again, members’ among them; a missed one asks', async () => {
  const ann = await register(server.url, 'Ann')
  const drive = await firstDrive(ann)
  const lists = await openLists(ann, drive)
  const asked = () => lists.asked.filter(([path]) => path.includes('/pages?')).length
  const before = asked()
  await createPage(ann, 'One')
  await until(() => lists.titles()?.includes('One'))
  await addMember(ann, await register(server.url, 'Bob'), 'viewer')
  await createPage(ann, 'Two')
  await until(() => lists.titles()?.includes('Two'))
  expect(asked()).toBe(before)

  lists.queries.setQueryData<PageTreeList>(
    lists.listKey,
    (list) => list && { ...list, revision: list.revision - 1 },
  )
  await createPage(ann, 'Three')
  await until(() => lists.titles()?.includes('Three'))
  expect(asked()).toBe(before + 1)
  lists.close()
})

test('E2 · what happened while the connection was away is fetched on return; what is the same is answered 304', async () => {
  const ann = await register(server.url, 'Ann')
  const drive = await firstDrive(ann)
  const proxy = await createTcpProxy({ host: '127.0.0.1', port: Number(new URL(server.url).port) })
  const lists = await openLists(ann, drive, `http://127.0.0.1:${proxy.port}`)
  await proxy.cut()
  await until(() => !lists.realtime.isConnected())
  await createPage(ann, 'Missed')
  expect(lists.titles()).not.toContain('Missed')
  await proxy.mend()
  await until(() => lists.titles()?.includes('Missed'), { timeoutMs: 20_000 })
  await lists.queries.refetchQueries({ queryKey: lists.listKey })
  expect(lists.asked.at(-1)).toEqual([`/api/drives/${drive.id}/pages?parentId=root&limit=200`, 304])
  expect(lists.titles()).toContain('Missed')
  lists.close()
  await proxy.close()
})

test('A3 · a drive that one was taken off goes from the lists, and comes when one is added', async () => {
  const ann = await register(server.url, 'Ann')
  const bob = await register(server.url, 'Bob')
  const drive = await firstDrive(ann)
  await createPage(ann, 'Secret')
  await addMember(ann, bob, 'editor')
  const lists = await openLists(bob, drive)
  expect(lists.driveNames()).toContain(drive.name)
  await ann.request('DELETE', `/api/drives/${drive.id}/members/${bob.session.user.id}`)
  await until(() => !lists.driveNames()?.includes(drive.name))
  expect(lists.titles()).toBeUndefined()
  await addMember(ann, bob, 'viewer')
  await until(() => lists.driveNames()?.includes(drive.name))
  lists.close()
})

test('E2 · one’s own change is in the list when its answer is there, also before and after its fact', async () => {
  const ann = await register(server.url, 'Ann')
  const drive = await firstDrive(ann)
  const lists = await openLists(ann, drive)
  const page = await createPage(ann, 'Mine')
  await takeChangedPage(lists.queries, page)
  expect(lists.titles()?.filter((title) => title === 'Mine')).toHaveLength(1)
  await createPage(ann, 'Next')
  await until(() => lists.titles()?.includes('Next'))
  expect(lists.titles()?.filter((title) => title === 'Mine')).toHaveLength(1)
  lists.close()
})

test('E2 · pages below one that is closed are not fetched, and known of; below an open one they are followed', async () => {
  const ann = await register(server.url, 'Ann')
  const drive = await firstDrive(ann)
  const make = async (title: string, parentId: string) =>
    (await ann.request<PageWithRole>('POST', `/api/drives/${drive.id}/pages`, { title, parentId })).body
  const parent = await createPage(ann, 'Parent')
  const child = await make('Child', parent.id)
  await make('Grandchild', child.id)
  const closed = await openLists(ann, drive)
  const listOf = (lists: typeof closed) =>
    lists.queries.getQueryData<PageTreeList>(lists.listKey) as PageTreeList
  expect(closed.titles()).not.toContain('Child')
  expect(hasChildren(listOf(closed), listOf(closed).items, parent.id)).toBe(true)
  const opened = await openLists(ann, drive, server.url, [parent.id])
  expect(opened.titles()).toContain('Child')
  expect(opened.titles()).not.toContain('Grandchild')
  expect(opened.asked.filter(([path]) => path.includes('/pages?'))).toHaveLength(2)

  await make('Second child', parent.id)
  await until(() => opened.titles()?.includes('Second child'))
  await until(() => listOf(closed).revision === listOf(opened).revision)
  expect(closed.titles()).not.toContain('Second child')
  await ann.request('POST', `/api/pages/${child.id}/move`, { parentId: null })
  await until(() => closed.titles()?.includes('Child'))
  for (const lists of [closed, opened]) lists.close()
})

test('E2 · what happens while the first answer is on its way is in the list', async () => {
  const ann = await register(server.url, 'Ann')
  const drive = await firstDrive(ann)
  let held = 0
  let release: () => void = () => undefined
  const released = new Promise<void>((resolve) => {
    release = resolve
  })
  const opening = openLists(ann, drive, server.url, [], async (path) => {
    if (!path.includes(`/drives/${drive.id}/pages`) || held++ > 0) return
    await released
  })
  await until(() => held > 0)
  await createPage(ann, 'Late')
  // Until it was told, before the room was joined or behind that.
  await new Promise((resolve) => setTimeout(resolve, 300))
  release()
  const lists = await opening
  await until(() => lists.titles()?.includes('Late') === true)
  lists.close()
})
