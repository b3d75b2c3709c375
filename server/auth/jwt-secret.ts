import { randomBytes } from 'node:crypto'
import { link, mkdir, readFile, unlink, writeFile } from 'node:fs/promises'
import { join } from 'node:path'

/**
 * The secret kept in the data directory (`jwt-secret`, mode 0600), made on first use. Written beside
 * and then linked into place, so that two servers starting together, or a crash in between, end with
 * one whole secret.
 */
export async function loadOrCreateJwtSecret(dataDir: string): Promise<string> {
  const path = join(dataDir, 'jwt-secret')
  await mkdir(dataDir, { recursive: true, mode: 0o700 })
  const candidate = `${path}.${randomBytes(6).toString('hex')}`
  await writeFile(candidate, randomBytes(32).toString('hex'), { mode: 0o600 })
  try {
    await link(candidate, path)
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error
  } finally {
    await unlink(candidate)
  }
  return (await readFile(path, 'utf8')).trim()
}
