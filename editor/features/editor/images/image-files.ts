/** What the editor asks of the server about images. */
export interface ImageFiles {
  readonly addresses: ImageAddresses
  upload(
    file: Blob,
    options: { signal: AbortSignal; onProgress: (part: number) => void },
  ): Promise<{ readonly id: string }>
}

/** Images as addresses that the page may show: fetched once while somebody shows them, then given back. */
export interface ImageAddresses {
  /** Resolves with an address; `leave` says that it is shown no more. */
  take(fileId: string): { readonly address: Promise<string>; leave(): void }
}

/** How long an image is kept that nobody shows, ms: until the editor has taken over from what was read before. */
const KEEP_MS = 1_000

/** Keeps one address for each image, for as long as it is shown anywhere on the page. */
export function createImageAddresses(read: (fileId: string) => Promise<Blob>): ImageAddresses {
  const kept = new Map<string, { address: Promise<string>; users: number }>()
  return {
    take(fileId) {
      let entry = kept.get(fileId)
      if (entry === undefined) {
        entry = { address: read(fileId).then((blob) => URL.createObjectURL(blob)), users: 0 }
        kept.set(fileId, entry)
      }
      const own = entry
      own.users++
      let isLeft = false
      const giveBack = (): void => {
        if (own.users > 0 || kept.get(fileId) !== own) return
        kept.delete(fileId)
        own.address.then(URL.revokeObjectURL, () => undefined)
      }
      // One that failed is tried anew by the next who asks.
      own.address.catch(() => kept.get(fileId) === own && kept.delete(fileId))
      return {
        address: own.address,
        leave() {
          if (isLeft) return
          isLeft = true
          if (--own.users === 0) setTimeout(giveBack, KEEP_MS)
        },
      }
    },
  }
}
