import { chmod, chown, lchown, mkdir, readdir, readFile, stat } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import { describe, expect } from 'vitest'
import { decideRunAs } from '../../server/database/embedded/privileges.ts'
import { copyPackageSlim, makeOrdinaryUser, until } from './embedded-postgres.server-process.ts'
import { it, postmasterPid, query } from './embedded-postgres.support.ts'

const isRoot = process.geteuid?.() === 0
const isLinux = process.platform === 'linux'

describe('whom PostgreSQL runs as', () => {
  const passwd = [
    'root:x:0:0:root:/root:/bin/bash',
    'nobody:x:65534:65533:nobody:/nonexistent:/usr/sbin/nologin',
    'postgres:x:101:104:PostgreSQL administrator,,,:/var/lib/postgresql:/bin/bash',
  ].join('\n')
  const withoutPostgres = passwd.replace('postgres:', 'somebody:')
  const asRoot = { platform: 'linux', uid: 0, passwd, clusterOwner: undefined } as const

  it('an ordinary user runs it as oneself', () => {
    expect(decideRunAs({ ...asRoot, uid: 1000 })).toBe(undefined)
    expect(decideRunAs({ ...asRoot, platform: 'win32', uid: undefined })).toBe(undefined)
  })

  it('root hands over to postgres, else to nobody', () => {
    expect(decideRunAs(asRoot)).toEqual({ uid: 101, gid: 104 })
    expect(decideRunAs({ ...asRoot, passwd: withoutPostgres })).toEqual({ uid: 65534, gid: 65533 })
  })

  it('root keeps the owner that a cluster already has', () => {
    expect(decideRunAs({ ...asRoot, clusterOwner: { uid: 999, gid: 998 } })).toMatchObject({
      uid: 999,
      gid: 998,
    })
    expect(decideRunAs({ ...asRoot, clusterOwner: { uid: 0, gid: 0 } })).toEqual({ uid: 101, gid: 104 })
  })

  it('root is told what to do where it cannot hand over', () => {
    expect(() => decideRunAs({ ...asRoot, platform: 'darwin' })).toThrow(
      /as an ordinary user, or set DATABASE_URL/,
    )
    expect(() => decideRunAs({ ...asRoot, passwd: '' })).toThrow(/as an ordinary user, or set DATABASE_URL/)
  })
})

describe.concurrent('who starts it', { timeout: 60_000 }, () => {
  describe('an ordinary user', () => {
    it('runs it as oneself and owns everything', async ({ sandbox }) => {
      const user = await makeOrdinaryUser(await sandbox.makeDirectory())
      const server = sandbox.startServerProcess(
        { dataDir: user.dataDir, packageDir: user.packageDir },
        user.identity,
      )
      const { url, uid } = await server.waitFor('started')
      expect(uid).toBe(user.uid)
      expect(uid).not.toBe(0)
      expect(await query(String(url), 'select 1 as one')).toEqual([{ one: 1 }])
      if (isLinux) expect(await identityOf(await postmasterPid(user.dataDir))).toMatchObject({ uids: [uid] })
      for (const path of ['', 'postgres-password', 'postgres', 'postgres/PG_VERSION']) {
        expect((await stat(join(user.dataDir, path))).uid).toBe(uid)
      }
      await server.stop()
    })

    it('finds every row again after the server was killed', async ({ sandbox }) => {
      const user = await makeOrdinaryUser(await sandbox.makeDirectory())
      const options = { dataDir: user.dataDir, packageDir: user.packageDir }
      const killed = sandbox.startServerProcess(options, user.identity)
      const { url } = await killed.waitFor('started')
      await query(String(url), `create table kept as select 'saved' as text`)
      await killed.killHard()
      const next = sandbox.startServerProcess(options, user.identity)
      const { url: nextUrl } = await next.waitFor('started')
      expect(await query(String(nextUrl), 'select text from kept')).toEqual([{ text: 'saved' }])
      await next.stop()
    })
  })

  // Only root can be root: elsewhere these are reported as skipped, and the decision is tested above.
  describe.runIf(isRoot && isLinux)('root', () => {
    it('runs it as another user although checkout and data lie where only root may enter', async ({
      sandbox,
    }) => {
      const closed = await sandbox.makeDirectory()
      await mkdir(join(closed, 'checkout'), { mode: 0o755 })
      const packageDir = join(closed, 'checkout', 'linux')
      await copyPackageSlim(packageDir, { withLinks: true })
      const dataDir = join(closed, 'data')
      const copyDir = await sandbox.makeDirectory()

      const postgres = await sandbox.start(dataDir, { packageDir, copyDirs: [copyDir] })
      expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
      const cluster = await stat(join(dataDir, 'postgres'))
      expect(cluster.uid).not.toBe(0)
      const identity = await identityOf(await postmasterPid(dataDir))
      expect(identity).toEqual({ uids: [cluster.uid], gids: [cluster.gid], groups: [] })
      expect(await describeOwner(closed)).toBe('0:700')
      expect(await describeOwner(dataDir)).toBe('0:700')
      expect(await describeOwner(join(dataDir, 'postgres-password'))).toBe('0:600')
      expect(await describeOwner(copyDir)).toBe('0:755')
      expect((await readdir(copyDir)).length).toBe(1)

      await query(postgres.url, `create table kept as select 'saved' as text`)
      process.kill(await postmasterPid(dataDir), 'SIGKILL')
      await until('PostgreSQL answers again', () =>
        query(postgres.url, 'select text from kept').then(
          (rows) => rows.length === 1,
          () => false,
        ),
      )
    })

    it('leaves a package that the other user can reach where it is', async ({ sandbox }) => {
      const parent = await sandbox.makeDirectory()
      await chmod(parent, 0o755)
      const packageDir = join(parent, 'linux')
      await copyPackageSlim(packageDir, { withLinks: true })
      const copyDir = await sandbox.makeDirectory()
      await sandbox.start(await sandbox.makeDataDirectory(), { packageDir, copyDirs: [copyDir] })
      expect(await readdir(copyDir)).toEqual([])
    })

    it('starts a backup that it unpacked as root', async ({ sandbox }) => {
      const dataDir = await sandbox.makeDataDirectory()
      await chownTree(join(dataDir, 'postgres'), 0, 0)
      const postgres = await sandbox.start(dataDir)
      expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
      expect((await identityOf(await postmasterPid(dataDir))).uids).not.toContain(0)
    })

    it('runs a cluster as whoever owns it, as when the host knows other users than the container did', async ({
      sandbox,
    }) => {
      const dataDir = await sandbox.makeDataDirectory()
      await chownTree(join(dataDir, 'postgres'), 54321, 54322)
      const postgres = await sandbox.start(dataDir)
      expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
      expect(await identityOf(await postmasterPid(dataDir))).toMatchObject({ uids: [54321], gids: [54322] })
    })

    it('leaves a directory that an ordinary user is told not to open', async ({ sandbox }) => {
      const user = await makeOrdinaryUser(await sandbox.makeDirectory())
      await (await sandbox.start(user.dataDir)).stop()
      const server = sandbox.startServerProcess(
        { dataDir: user.dataDir, packageDir: user.packageDir },
        user.identity,
      )
      const { code, message } = await server.waitFor('failed')
      expect(code).toBe('embedded-postgres-failed')
      expect(message).toMatch(new RegExp(`${dirname(user.dataDir)}.*(cannot be used|belongs to user)`))
    })
  })
})

async function identityOf(pid: number): Promise<{ uids: number[]; gids: number[]; groups: number[] }> {
  const status = await readFile(`/proc/${pid}/status`, 'utf8')
  const numbers = (name: string) => {
    const line = status.match(new RegExp(`^${name}:(.*)$`, 'm'))?.[1] ?? ''
    return [...new Set(line.trim().split(/\s+/).filter(Boolean).map(Number))]
  }
  return { uids: numbers('Uid'), gids: numbers('Gid'), groups: numbers('Groups') }
}

async function describeOwner(path: string): Promise<string> {
  const { uid, mode } = await stat(path)
  return `${uid}:${(mode & 0o777).toString(8)}`
}

async function chownTree(dir: string, uid: number, gid: number): Promise<void> {
  for (const entry of await readdir(dir, { recursive: true })) await lchown(join(dir, entry), uid, gid)
  await chown(dir, uid, gid)
}
