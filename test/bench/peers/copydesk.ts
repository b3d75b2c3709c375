import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { createAccessTokens } from '../../../server/auth/access-tokens.ts'
import { createPage, createShareLink, enterAsGuest, firstDrive, register } from '../../support/people.ts'
import { findFreePort } from '../../support/server-process.ts'
import type { Room } from '../load/events-commands.ts'
import type { BenchPage, Peer } from '../peer.ts'
import { startServerProcess } from '../server-process.ts'
import { addMembers } from './stored-pages.ts'

const MAIN = fileURLToPath(new URL('../../../dist/server/main.js', import.meta.url))
const JWT_SECRET = 'a secret for benchmarks, long enough to be accepted'
/** Requests that are under way at once while pages and people are made. */
const REQUESTS_AT_ONCE = 20

/** Our server as it was built, each person a guest of their own. */
export const copydesk: Peer = {
  name: 'copydesk',
  dialect: 'hocuspocus',
  isDurable: true,
  async start({ postgres, profileDir, databaseUrl: given }) {
    const databaseUrl = given ?? (await postgres.createDatabase())
    const dataDir = await mkdtemp(join(tmpdir(), 'copydesk-bench-data-'))
    const port = await findFreePort()
    const process = await startServerProcess({
      port,
      args: [MAIN],
      env: {
        DATABASE_URL: databaseUrl,
        DATA_DIR: dataDir,
        JWT_SECRET,
        LOG_LEVEL: 'warn',
        SIGN_IN_ATTEMPTS_PER_MINUTE: '100000',
        CONNECTIONS_PER_USER: '100000',
        CONNECTIONS_PER_ADDRESS: '100000',
        REQUESTS_PER_MINUTE: '1000000',
        REQUESTS_PER_MINUTE_PER_ADDRESS: '1000000',
        SEARCHES_PER_MINUTE: '1000000',
      },
      profileDir,
    })
    const url = `http://127.0.0.1:${port}`
    return {
      process,
      socketUrl: `ws://127.0.0.1:${port}/collaboration`,
      databaseUrl,
      createPages: (pages, people) => createPages(url, pages, people),
      createRooms: (rooms, people) => createRooms(url, databaseUrl, rooms, people),
      async stop() {
        await process.stop()
        await rm(dataDir, { recursive: true, force: true })
        if (given === undefined) await postgres.dropDatabase(databaseUrl)
      },
    }
  },
}

/** All pages lie under one, whose share link lets everybody in. */
async function createPages(url: string, pages: number, people: number): Promise<BenchPage[]> {
  const owner = await register(url, 'Owner')
  const top = await createPage(owner, 'Benchmark')
  const link = await createShareLink(owner, top.id, 'editor')
  const tokens = await inGroups(people, async (index) => {
    const guest = await enterAsGuest(url, link.token, `Person ${index}`)
    return guest.session.accessToken
  })
  return inGroups(pages, async (index) => {
    const body = { title: `Page ${index}`, parentId: top.id }
    const answer = await owner.request<{ id: string }>('POST', `/api/drives/${top.driveId}/pages`, body)
    if (answer.status !== 201) throw new Error(`no page was made: ${JSON.stringify(answer.body)}`)
    return { pageId: answer.body.id, tokens }
  })
}

/** All pages lie in one drive, whose members the people are; they are signed in without their passwords. */
async function createRooms(
  url: string,
  databaseUrl: string,
  rooms: number,
  peopleInEach: number,
): Promise<Room[]> {
  const owner = await register(url, 'Owner')
  const drive = await firstDrive(owner)
  const members = await addMembers(databaseUrl, drive.id, rooms * peopleInEach)
  const tokens = createAccessTokens(JWT_SECRET)
  const people = members.map((member) => ({
    userId: member.userId,
    token: tokens.sign({ ...member, kind: 'user' }).token,
  }))
  return inGroups(rooms, async (index) => ({
    pageId: (await createPage(owner, `Page ${index}`)).id,
    people: people.slice(index * peopleInEach, (index + 1) * peopleInEach),
  }))
}

async function inGroups<Result>(count: number, make: (index: number) => Promise<Result>): Promise<Result[]> {
  const results: Result[] = []
  while (results.length < count) {
    const size = Math.min(REQUESTS_AT_ONCE, count - results.length)
    const first = results.length
    results.push(...(await Promise.all(Array.from({ length: size }, (_, index) => make(first + index)))))
  }
  return results
}
