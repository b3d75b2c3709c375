import { Refusal } from '../workspace/failures.ts'

/** How many uploads are taken at once: each is held in memory until it is stored. */
export interface UploadBounds {
  readonly perProcess: number
  readonly perUser: number
}

/** The bounds that a server has: with files of 10 MiB each, 160 MiB altogether. */
export const UPLOAD_BOUNDS: UploadBounds = { perProcess: 16, perUser: 4 }

/** When to try again, ms: an upload on a fair line is over by then. */
const RETRY_AFTER_MS = 1_000

/** Counts uploads from their headers to their answer. */
export interface UploadSlots {
  /**
   * Takes a place for an upload; the function that is returned gives it back, also when called twice.
   * @throws Refusal `too-many-uploads`
   */
  take(userId: string): () => void
}

/** Keeps no more than a few uploads in memory at a time, of one person and altogether. */
export function createUploadSlots({ perProcess, perUser }: UploadBounds): UploadSlots {
  const taken = new Map<string, number>()
  let total = 0
  return {
    take(userId) {
      const own = taken.get(userId) ?? 0
      if (own >= perUser)
        throw new Refusal('too-many-uploads', `Upload ${perUser} files at a time.`, RETRY_AFTER_MS)
      if (total >= perProcess)
        throw new Refusal(
          'too-many-uploads',
          'Too many files are being uploaded. Try again in a moment.',
          RETRY_AFTER_MS,
        )
      taken.set(userId, own + 1)
      total++
      let isGivenBack = false
      return () => {
        if (isGivenBack) return
        isGivenBack = true
        total--
        const left = (taken.get(userId) ?? 1) - 1
        if (left === 0) taken.delete(userId)
        else taken.set(userId, left)
      }
    },
  }
}
