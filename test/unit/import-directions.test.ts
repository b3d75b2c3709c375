import { execFile } from 'node:child_process'
import { copyFile, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { promisify } from 'node:util'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'

// biome.json says who may import whom. These samples are linted with it, so that a rule which stops
// working (a renamed folder, an override that replaces another) turns red.

const MAIN = 'main.ts only starts'
const ONE_WAY = 'Imports go one way'
const SIBLINGS = 'never import each other'
const PACKAGES = 'Only database/ and the stores'
const SHARED = 'shared/ is what the editor and the server agree on'
const BROWSER = 'shared/ also runs in the browser'
const EDITOR = 'meet only in shared/'
const PURE = 'The decision is pure'
const OPERATIONS = 'All server code may use this'

/** A file, what it must not import, and how the message begins that says why. */
const FORBIDDEN: readonly (readonly [file: string, imported: string, why: string])[] = [
  ['server/main.ts', './http/http-app.ts', MAIN],
  ['server/main.ts', './database/connect.ts', MAIN],
  ['server/main.ts', '../editor/main.tsx', MAIN],

  ['server/server.ts', './main.ts', ONE_WAY],
  ['server/server.ts', '../editor/app/App.tsx', ONE_WAY],
  ['server/server.ts', 'drizzle-orm', PACKAGES],
  ['server/server.ts', '@hocuspocus/server', PACKAGES],
  ['server/server.ts', 'socket.io', PACKAGES],

  ['server/doctor.ts', './main.ts', ONE_WAY],
  ['server/doctor.ts', 'pg', PACKAGES],

  ['server/http/sample.ts', '../documents/documents.ts', SIBLINGS],
  ['server/http/sample.ts', '../realtime/realtime.ts', SIBLINGS],
  ['server/http/nested/sample.ts', '../../documents/documents.ts', SIBLINGS],
  ['server/http/sample.ts', '../server.ts', ONE_WAY],
  ['server/http/sample.ts', '../main.ts', ONE_WAY],
  ['server/http/sample.ts', '../../editor/main.tsx', ONE_WAY],
  ['server/http/sample.ts', '../../test/support/start-server.ts', ONE_WAY],
  ['server/http/sample.ts', 'drizzle-orm', PACKAGES],
  ['server/http/sample.ts', 'drizzle-orm/node-postgres', PACKAGES],
  ['server/http/sample.ts', 'pg', PACKAGES],
  ['server/http/sample.ts', '@hocuspocus/server', PACKAGES],
  ['server/http/sample.ts', 'ws', PACKAGES],
  ['server/http/sample.ts', 'socket.io', PACKAGES],

  ['server/realtime/sample.ts', '../http/problems.ts', SIBLINGS],
  ['server/realtime/sample.ts', '../documents/documents.ts', SIBLINGS],
  ['server/realtime/sample.ts', '../server.ts', ONE_WAY],
  ['server/realtime/sample.ts', 'drizzle-orm', PACKAGES],
  ['server/realtime/sample.ts', 'pg', PACKAGES],
  ['server/realtime/sample.ts', '@hocuspocus/server', PACKAGES],
  ['server/realtime/sample.ts', 'ws', PACKAGES],

  ['server/documents/sample.ts', '../http/problems.ts', SIBLINGS],
  ['server/documents/sample.ts', '../realtime/realtime.ts', SIBLINGS],
  ['server/documents/sample.ts', '../server.ts', ONE_WAY],
  ['server/documents/sample.ts', 'drizzle-orm', PACKAGES],
  ['server/documents/sample.ts', 'pg', PACKAGES],
  ['server/documents/sample.ts', 'socket.io', PACKAGES],
  ['server/documents/commit-log.ts', '../http/problems.ts', ONE_WAY],
  ['server/documents/commit-log.ts', '@hocuspocus/server', PACKAGES],

  ['server/workspace/sample.ts', '../http/problems.ts', ONE_WAY],
  ['server/workspace/sample.ts', '../realtime/realtime.ts', ONE_WAY],
  ['server/workspace/sample.ts', '../documents/documents.ts', ONE_WAY],
  ['server/workspace/sample.ts', '../server.ts', ONE_WAY],
  ['server/workspace/sample.ts', '@hocuspocus/server', PACKAGES],
  ['server/workspace/sample.ts', 'socket.io', PACKAGES],

  ['server/access/sample.ts', '../workspace/pages.ts', ONE_WAY],
  ['server/auth/sample.ts', '../workspace/accounts.ts', ONE_WAY],
  ['server/auth/sample.ts', '../http/problems.ts', ONE_WAY],
  ['server/database/sample.ts', '../workspace/pages.ts', ONE_WAY],
  ['server/database/embedded/sample.ts', '../../documents/documents.ts', ONE_WAY],
  ['server/database/sample.ts', 'ws', PACKAGES],

  ['server/access/decide-access.ts', './access.ts', PURE],
  ['server/access/decide-access.ts', '../database/connect.ts', PURE],
  ['server/access/decide-access.ts', '../auth/identity.ts', PURE],
  ['server/access/decide-access.ts', 'drizzle-orm', PURE],
  ['server/access/decide-access.ts', 'node:fs', PURE],
  ['server/access/decide-access.ts', 'zod', PURE],

  ['server/operations/sample.ts', '../workspace/pages.ts', OPERATIONS],
  ['server/operations/sample.ts', '../documents/documents.ts', OPERATIONS],
  ['server/operations/sample.ts', '../database/connect.ts', OPERATIONS],
  ['server/operations/sample.ts', 'pg', PACKAGES],
  ['server/operations/readiness.ts', '../http/problems.ts', ONE_WAY],
  ['server/config.ts', './auth/jwt-secret.ts', OPERATIONS],

  ['shared/api/sample.ts', '../../server/auth/identity.ts', SHARED],
  ['shared/sample.ts', '../editor/app/person.ts', SHARED],
  ['shared/sample.ts', 'node:crypto', BROWSER],
  ['editor/sample.ts', '../server/config.ts', EDITOR],
  ['editor/features/page-tree/Sample.tsx', '../../../server/http/problems.ts', EDITOR],
]

/** What the same files may import: a rule that forbids everything would pass the list above. */
const ALLOWED: readonly (readonly [file: string, imported: string])[] = [
  ['server/main.ts', './server.ts'],
  ['server/main.ts', './config.ts'],
  ['server/main.ts', './operations/logger.ts'],
  ['server/main.ts', 'node:url'],
  ['server/server.ts', './documents/documents.ts'],
  ['server/doctor.ts', './documents/doctor/doctor.ts'],
  ['server/http/sample.ts', '../workspace/pages.ts'],
  ['server/http/sample.ts', '../auth/identity.ts'],
  ['server/http/sample.ts', '../operations/logger.ts'],
  ['server/http/sample.ts', '../config.ts'],
  ['server/http/sample.ts', '../../shared/api/pages.ts'],
  ['server/http/sample.ts', './problems.ts'],
  ['server/http/sample.ts', 'fastify'],
  ['server/realtime/sample.ts', 'socket.io'],
  ['server/documents/sample.ts', '@hocuspocus/server'],
  ['server/documents/sample.ts', 'ws'],
  ['server/documents/sample.ts', '../access/access.ts'],
  ['server/documents/commit-log.ts', 'pg'],
  ['server/workspace/sample.ts', 'drizzle-orm'],
  ['server/workspace/sample.ts', '../access/access.ts'],
  ['server/access/sample.ts', 'drizzle-orm'],
  ['server/access/decide-access.ts', '../../shared/roles.ts'],
  ['server/auth/sample.ts', '../database/schema.ts'],
  ['server/database/embedded/sample.ts', 'pg'],
  ['server/operations/readiness.ts', '../database/connect.ts'],
  ['shared/api/sample.ts', '../roles.ts'],
  ['shared/api/sample.ts', 'zod'],
  ['editor/sample.ts', '../shared/roles.ts'],
]

const READS_ENVIRONMENT = "export const port = process.env['PORT']"

interface Diagnostic {
  readonly category: string
  readonly message: string
  readonly location: { readonly path: string; readonly start: { readonly line: number } }
}

let directory: string
let diagnostics: Diagnostic[]
const linesByFile = new Map<string, string[]>()

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'copydesk-imports-'))
  await copyFile(fileURLToPath(new URL('../../biome.json', import.meta.url)), join(directory, 'biome.json'))
  for (const [file, imported] of [...FORBIDDEN, ...ALLOWED]) addLine(file, toImport(imported))
  for (const file of [
    'server/main.ts',
    'server/doctor.ts',
    'server/config.ts',
    'server/http/sample.ts',
    'shared/sample.ts',
  ]) {
    addLine(file, READS_ENVIRONMENT)
  }
  addLine('server/http/nested/sample.ts', "export * from '../../documents/documents.ts'")
  addLine('server/http/nested/sample.ts', "export const later = import('../../documents/documents.ts')")
  for (const [file, lines] of linesByFile) {
    await mkdir(dirname(join(directory, file)), { recursive: true })
    await writeFile(join(directory, file), lines.join('\n'))
  }
  diagnostics = await lint(directory)
})

afterAll(() => rm(directory, { recursive: true, force: true }))

describe('who may import whom', () => {
  test.for(FORBIDDEN)('%s does not import %s', ([file, imported, why]) => {
    expect(messagesAt(file, toImport(imported))).toEqual([expect.stringContaining(why)])
  })

  test.for(ALLOWED)('%s may import %s', ([file, imported]) => {
    expect(messagesAt(file, toImport(imported))).toEqual([])
  })

  test('re-exports and imports at run time count as well', () => {
    const file = 'server/http/nested/sample.ts'
    for (const line of linesByFile.get(file) ?? []) expect(messagesAt(file, line)).toHaveLength(1)
  })
})

test('only the programs, main.ts and doctor.ts, read the environment', () => {
  expect(messagesAt('server/main.ts', READS_ENVIRONMENT)).toEqual([])
  expect(messagesAt('server/doctor.ts', READS_ENVIRONMENT)).toEqual([])
  for (const file of ['server/config.ts', 'server/http/sample.ts', 'shared/sample.ts']) {
    expect(messagesAt(file, READS_ENVIRONMENT)).toHaveLength(1)
  }
})

/** Types count: what a module knows of another is what ties it to it. */
function toImport(imported: string): string {
  return `import type * as sample from '${imported}'`
}

function addLine(file: string, line: string): void {
  const lines = linesByFile.get(file)
  if (lines === undefined) linesByFile.set(file, [line])
  else if (!lines.includes(line)) lines.push(line)
}

function messagesAt(file: string, line: string): string[] {
  const number = (linesByFile.get(file) ?? []).indexOf(line) + 1
  return diagnostics
    .filter(({ category }) => /noRestrictedImports|noProcessEnv/.test(category))
    .filter(({ location }) => location.path === file && location.start.line === number)
    .map(({ message }) => message)
}

async function lint(path: string): Promise<Diagnostic[]> {
  const biome = createRequire(import.meta.url).resolve('@biomejs/biome/bin/biome')
  const parameters = ['lint', '--vcs-enabled=false', '--max-diagnostics=none', '--reporter=json']
  const { stdout } = await promisify(execFile)(process.execPath, [biome, ...parameters], {
    cwd: path,
    maxBuffer: 16 * 1024 * 1024,
  }).catch((error: { stdout?: string }) => {
    // Findings make it exit with 1; anything else has nothing to parse.
    if (!error.stdout) throw error
    return { stdout: error.stdout }
  })
  return JSON.parse(stdout).diagnostics
}
