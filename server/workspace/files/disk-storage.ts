import { mkdir, open, readFile, rename, rm } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { FileStorage } from './file-storage.ts'

/** Keeps files in a directory, each in one that begins as its id does. */
export function createDiskStorage(directory: string): FileStorage {
  const pathOf = (id: string) => join(directory, id.slice(0, 2), id)
  return {
    async write(id, _type, bytes) {
      const path = pathOf(id)
      const draft = `${path}.draft`
      await mkdir(dirname(path), { recursive: true, mode: 0o700 })
      const file = await open(draft, 'w', 0o600)
      try {
        await file.writeFile(bytes)
        await file.sync()
      } finally {
        await file.close()
      }
      await rename(draft, path)
    },
    read: (id) =>
      readFile(pathOf(id)).catch((error: NodeJS.ErrnoException) => {
        if (error.code === 'ENOENT') return null
        throw error
      }),
    async remove(id) {
      await rm(pathOf(id), { force: true })
      await rm(`${pathOf(id)}.draft`, { force: true })
    },
  }
}
