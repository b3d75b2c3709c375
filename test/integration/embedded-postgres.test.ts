import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { mkdir, readdir, readFile, stat, utimes, writeFile } from 'node:fs/promises'
import { connect } from 'node:net'
import { networkInterfaces } from 'node:os'
import { join } from 'node:path'
import { describe, expect } from 'vitest'
import { isRunning } from '../../server/database/embedded/processes.ts'
import { until } from './embedded-postgres.server-process.ts'
import { it, postmasterPid, query } from './embedded-postgres.support.ts'

const isLinux = process.platform === 'linux'

describe.concurrent('the embedded database', { timeout: 60_000 }, () => {
  describe('the embedded PostgreSQL', () => {
    it('is durable, UTF-8, and open to nobody but us', async ({ sandbox }) => {
      const dataDir = await sandbox.makeDirectory()
      process.env['COPYDESK_TEST_SECRET'] = 'do not leak'
      const postgres = await sandbox.start(dataDir)

      const show = async (name: string) =>
        (await query<Record<string, string>>(postgres.url, `show ${name}`))[0]?.[name]
      expect(await show('fsync')).toBe('on')
      expect(await show('synchronous_commit')).toBe('on')
      expect(await show('full_page_writes')).toBe('on')
      expect(await show('data_checksums')).toBe('on')
      expect(await show('server_encoding')).toBe('UTF8')
      expect(await show('listen_addresses')).toBe('127.0.0.1')
      expect(await show('unix_socket_directories')).toBe('')
      expect(await show('logging_collector')).toBe('off')
      expect(await show('max_connections')).toBe('50')
      expect(await show('shared_buffers')).toBe('128MB')
      const [database] = await query<{ name: string; provider: string; locale: string }>(
        postgres.url,
        `select datname as name, datlocprovider as provider, datlocale as locale
       from pg_database where datname = current_database()`,
      )
      expect(database).toEqual({ name: 'copydesk', provider: 'b', locale: 'C.UTF-8' })
      expect(await query(postgres.url, `select lower('ÄÖ') as lower, 'a' > 'B' as bytewise`)).toEqual([
        { lower: 'äö', bytewise: true },
      ])

      const rules = await query<{ method: string }>(
        postgres.url,
        'select distinct auth_method as method from pg_hba_file_rules',
      )
      expect(rules).toEqual([{ method: 'scram-sha-256' }])
      const wrongPassword = new URL(postgres.url)
      wrongPassword.password = 'wrong'
      await expect(query(wrongPassword.href, 'select 1')).rejects.toMatchObject({ code: '28P01' })
      const password = await stat(join(dataDir, 'postgres-password'))
      expect(password.mode & 0o777).toBe(0o600)
      expect((await stat(join(dataDir, 'postgres'))).mode & 0o777).toBe(0o700)
      if (isLinux) {
        const environment = await readFile(`/proc/${await postmasterPid(dataDir)}/environ`, 'utf8')
        expect(environment).not.toContain('do not leak')
        expect(environment.split('\0').filter((variable) => variable.startsWith('LC_ALL'))).toEqual([
          'LC_ALL=C',
        ])
      }
      for (const address of Object.values(networkInterfaces()).flat()) {
        if (address === undefined || address.internal || address.family !== 'IPv4') continue
        const socket = connect(Number(new URL(postgres.url).port), address.address)
        await expect(once(socket, 'connect')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      }
    })

    it('keeps its data from one start to the next and leaves no log files behind', async ({ sandbox }) => {
      const dataDir = await sandbox.makeDirectory()
      const first = await sandbox.start(dataDir)
      await query(first.url, `create table kept as select 'saved' as text`)
      const pid = await postmasterPid(dataDir)
      await Promise.all([first.stop(), first.stop()])
      expect(await isRunning(pid)).toBe(false)
      await first.stop()

      const second = await sandbox.start(dataDir)
      expect(await query(second.url, 'select text from kept')).toEqual([{ text: 'saved' }])
      expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres-password'])
      const files = await readdir(join(dataDir, 'postgres'), { recursive: true })
      expect(files.filter((file) => file === 'log' || file.endsWith('.log'))).toEqual([])
    })

    it('passes its log on: chatter at debug, errors at warn', async ({ sandbox }) => {
      const postgres = await sandbox.start(await sandbox.makeDirectory())
      await expect(query(postgres.url, 'select * from no_such_table')).rejects.toThrow()
      await until('the error is logged', async () =>
        postgres.lines.some((line) =>
          line.startsWith('warn: postgres: ERROR:  relation "no_such_table" does not exist'),
        ),
      )
      expect(postgres.lines).toContain(
        'debug: postgres: LOG:  database system is ready to accept connections',
      )
      expect(postgres.lines.filter((line) => /^(info|warn|error): postgres: LOG/.test(line))).toEqual([])
    })

    it('says what PostgreSQL said when it cannot start', async ({ sandbox }) => {
      const dataDir = await sandbox.makeDataDirectory()
      await writeFile(join(dataDir, 'postgres', 'PG_VERSION'), '9\n')
      await expect(sandbox.start(dataDir)).rejects.toMatchObject({
        code: 'embedded-postgres-failed',
        message: expect.stringMatching(/FATAL: {2}database files are incompatible with server\n.*version 9/),
      })
    })

    it('is not kept from starting by a first start that was killed half-way', async ({ sandbox }) => {
      const dataDir = await sandbox.makeDirectory()
      const killed = sandbox.startServerProcess({ dataDir })
      await until('initdb is at work', async () => {
        const [unfinished] = (await readdir(dataDir)).filter((name) =>
          name.startsWith('postgres.unfinished-'),
        )
        return unfinished && (await readdir(join(dataDir, unfinished, 'cluster')).catch(() => [])).length > 0
      })
      await killed.killHard()
      expect(await readdir(dataDir)).not.toContain('postgres')

      const postgres = await sandbox.start(dataDir)
      expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
      await postgres.stop()

      const leftOver = (await readdir(dataDir)).filter((name) => name.startsWith('postgres.unfinished-'))
      expect(leftOver).toHaveLength(1)
      const longAgo = new Date(Date.now() - 24 * 3_600_000)
      await utimes(join(dataDir, leftOver[0] as string), longAgo, longAgo)
      await sandbox.start(dataDir)
      expect((await readdir(dataDir)).sort()).toEqual(['postgres', 'postgres-password'])
    })

    it('does not touch a directory that is no cluster', async ({ sandbox }) => {
      const dataDir = await sandbox.makeDirectory()
      await mkdir(join(dataDir, 'postgres'))
      await writeFile(join(dataDir, 'postgres', 'thesis.txt'), 'mine')
      await expect(sandbox.start(dataDir)).rejects.toThrow(/postgres is in the way.*Move it elsewhere/)
      expect(await readdir(dataDir)).toEqual(expect.arrayContaining(['postgres', 'postgres-password']))
      expect(await readdir(join(dataDir, 'postgres'))).toEqual(['thesis.txt'])
    })
  })

  describe('a server that was killed', () => {
    it('finds every committed row when it starts again, after ending the PostgreSQL it left behind', async ({
      sandbox,
    }) => {
      const dataDir = await sandbox.makeDataDirectory()
      const killed = sandbox.startServerProcess({ dataDir })
      const { url } = await killed.waitFor('started')
      await query(String(url), `create table kept as select 'saved' as text`)
      const orphan = await postmasterPid(dataDir)
      await killed.killHard()
      expect(await isRunning(orphan)).toBe(true)

      const postgres = await sandbox.start(dataDir)
      expect(await query(postgres.url, 'select text from kept')).toEqual([{ text: 'saved' }])
      expect(await isRunning(orphan)).toBe(false)
      expect(postgres.lines.join('\n')).toContain('ending the PostgreSQL of a server that died')
      // In order: it was shut down, not cut off, so there was nothing to recover.
      expect(postgres.lines.join('\n')).toMatch(/LOG: {2}database system was shut down at/)
    })

    it('is recognised as gone even if its process id runs on as another program, which then keeps off', async ({
      sandbox,
    }) => {
      const dataDir = await sandbox.makeDataDirectory()
      const frozen = sandbox.startServerProcess({ dataDir })
      const { url } = await frozen.waitFor('started')
      // A process with the right id that claims nothing: a frozen one whose session was ended.
      frozen.child.kill('SIGSTOP')
      sandbox.onFinished(() => frozen.child.kill('SIGCONT'))
      await query(
        String(url),
        `select pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory'`,
      )

      const postgres = await sandbox.start(dataDir)
      const pid = await postmasterPid(dataDir)
      frozen.child.kill('SIGCONT')
      await until('the frozen server has noticed', async () =>
        frozen.lines.some(
          (line) => line.includes('data-directory-in-use') || line.includes('could not be restarted'),
        ),
      )
      expect(await postmasterPid(dataDir)).toBe(pid)
      expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
    })

    it('starts again after PostgreSQL was killed too, and recovers', async ({ sandbox }) => {
      const dataDir = await sandbox.makeDataDirectory()
      const killed = sandbox.startServerProcess({ dataDir })
      const { url } = await killed.waitFor('started')
      await query(String(url), `create table kept as select 'saved' as text`)
      await killed.killHard()
      process.kill(await postmasterPid(dataDir), 'SIGKILL')

      const postgres = await sandbox.start(dataDir)
      expect(await query(postgres.url, 'select text from kept')).toEqual([{ text: 'saved' }])
      expect(postgres.lines.join('\n')).toContain(
        'database system was not properly shut down; automatic recovery',
      )
    })

    it.for([
      { kind: 'another program', script: 'echo $$; exec sleep 60' },
      { kind: 'a zombie', script: 'true & echo $!; exec sleep 60' },
    ])('is not misled by a lock file whose process id belongs to $kind', async ({ script }, { sandbox }) => {
      const dataDir = await sandbox.makeDataDirectory()
      const bystander = spawn('sh', ['-c', script], { stdio: ['ignore', 'pipe', 'ignore'] })
      sandbox.onFinished(() => bystander.kill())
      const [takenPid] = await once(bystander.stdout, 'data')
      const staleLock = [
        Number(takenPid),
        '/somewhere',
        1_700_000_000,
        5432,
        '',
        '127.0.0.1',
        '1 1',
        'ready',
        '',
      ]
      await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), staleLock.join('\n'))

      const postgres = await sandbox.start(dataDir)
      expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
      expect(bystander.exitCode ?? bystander.signalCode).toBe(null)
      expect(await postmasterPid(dataDir)).not.toBe(Number(takenPid))
    })

    it('is not misled by a lock file whose process id a PostgreSQL of another directory has now', async ({
      sandbox,
    }) => {
      const [dataDir, otherDir] = [await sandbox.makeDataDirectory(), await sandbox.makeDataDirectory()]
      const other = await sandbox.start(otherDir)
      const otherLock = await readFile(join(otherDir, 'postgres', 'postmaster.pid'), 'utf8')
      await writeFile(join(dataDir, 'postgres', 'postmaster.pid'), otherLock)

      const postgres = await sandbox.start(dataDir)
      expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
      expect(await query(other.url, 'select 1 as one')).toEqual([{ one: 1 }])
    })

    it('starts although its lock file is empty, once nobody can be writing it any more', async ({
      sandbox,
    }) => {
      const dataDir = await sandbox.makeDataDirectory()
      const lockFile = join(dataDir, 'postgres', 'postmaster.pid')
      await writeFile(lockFile, '')
      await utimes(lockFile, new Date(0), new Date(0))
      const postgres = await sandbox.start(dataDir)
      expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
    })
  })

  describe('two servers on one data directory', () => {
    it('refuses the second and names what to do', async ({ sandbox }) => {
      const dataDir = await sandbox.makeDataDirectory()
      const postgres = await sandbox.start(dataDir)
      const pid = await postmasterPid(dataDir)
      await expect(sandbox.start(dataDir)).rejects.toMatchObject({
        code: 'data-directory-in-use',
        message: expect.stringMatching(new RegExp(`process ${pid}.*DATA_DIR`)),
      })
      expect(await postmasterPid(dataDir)).toBe(pid)
      expect(await query(postgres.url, 'select 1 as one')).toEqual([{ one: 1 }])
    })

    it.for(['new', 'existing', 'orphaned', 'crashed'])(
      'lets exactly one of two win that start at once (%s cluster)',
      async (kind, { sandbox }) => {
        const dataDir = await (kind === 'new' ? sandbox.makeDirectory() : sandbox.makeDataDirectory())
        if (kind === 'orphaned' || kind === 'crashed') {
          const killed = sandbox.startServerProcess({ dataDir })
          await killed.waitFor('started')
          await killed.killHard()
          if (kind === 'crashed') process.kill(await postmasterPid(dataDir), 'SIGKILL')
        }
        const servers = [sandbox.startServerProcess({ dataDir }), sandbox.startServerProcess({ dataDir })]
        const outcomes = await Promise.all(servers.map((server) => server.waitFor('started', 'failed')))
        const winners = outcomes.filter(({ event }) => event === 'started')
        const losers = outcomes.filter(({ event }) => event === 'failed')
        expect(winners, servers.map((server) => server.lines.join('\n')).join('\n\n')).toHaveLength(1)
        expect(losers).toEqual([expect.objectContaining({ code: 'data-directory-in-use' })])
        expect(await query(String(winners[0]?.['url']), 'select 1 as one')).toEqual([{ one: 1 }])
        await Promise.all(servers.map((server) => server.stop()))
        const next = await sandbox.start(dataDir)
        expect(next.lines.join('\n')).toMatch(/LOG: {2}database system was shut down at/)
      },
    )
  })

  describe('a running server', () => {
    it('can flush after Ctrl-C in its terminal: PostgreSQL stays until it is stopped', async ({
      sandbox,
    }) => {
      const dataDir = await sandbox.makeDataDirectory()
      const server = sandbox.startServerProcess({ dataDir })
      const { url } = await server.waitFor('started')
      const pid = await postmasterPid(dataDir)
      process.kill(-(server.child.pid as number), 'SIGINT')
      await server.waitFor('interrupted')
      expect(await isRunning(pid)).toBe(true)
      expect(await query(String(url), 'select * from flushed_after_interrupt')).toEqual([])
      await server.stop()
      expect(await isRunning(pid)).toBe(false)
    })

    it('has its PostgreSQL back on the same port after it was killed, with the directory still claimed', async ({
      sandbox,
    }) => {
      const dataDir = await sandbox.makeDataDirectory()
      const postgres = await sandbox.start(dataDir)
      await query(postgres.url, `create table kept as select 'saved' as text`)
      const pid = await postmasterPid(dataDir)
      process.kill(pid, 'SIGKILL')
      await until('PostgreSQL answers again', () =>
        query(postgres.url, 'select text from kept').then(
          (rows) => rows[0]?.['text'] === 'saved',
          () => false,
        ),
      )
      expect(await postmasterPid(dataDir)).not.toBe(pid)
      await until('the lock is held', () => isLockHeld(postgres.url))
      expect(postgres.lines.filter((line) => line.startsWith('error:')).join('\n')).toContain(
        'ended unexpectedly',
      )
    })

    it('claims its directory again when only the session with the claim was lost', async ({ sandbox }) => {
      const dataDir = await sandbox.makeDataDirectory()
      const postgres = await sandbox.start(dataDir)
      const pid = await postmasterPid(dataDir)
      const ended = await query<{ pid: number }>(
        postgres.url,
        `select pid, pg_terminate_backend(pid, 5000) from pg_locks where locktype = 'advisory'`,
      )
      expect(ended).toHaveLength(1)
      await until('the lock is held again', () => isLockHeld(postgres.url))
      expect(await postmasterPid(dataDir)).toBe(pid)
    })

    it('can be stopped while its PostgreSQL is being restarted', async ({ sandbox }) => {
      const dataDir = await sandbox.makeDataDirectory()
      const postgres = await sandbox.start(dataDir)
      process.kill(await postmasterPid(dataDir), 'SIGKILL')
      await until('the restart has begun', async () =>
        postgres.lines.some((line) => line.includes('ended unexpectedly, restarting it')),
      )
      await postgres.stop()
      const pid = await postmasterPid(dataDir).catch(() => undefined)
      expect(pid !== undefined && (await isRunning(pid))).toBe(false)
      await expect(query(postgres.url, 'select 1')).rejects.toMatchObject({ code: 'ECONNREFUSED' })
      await sandbox.start(dataDir)
    })
  })
})

async function isLockHeld(url: string): Promise<boolean> {
  const locks = await query(url, `select 1 from pg_locks where locktype = 'advisory' and granted`)
  return locks.length === 1
}
