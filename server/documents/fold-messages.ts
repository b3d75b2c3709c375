/** What the folding thread is asked to do. */
export type FoldRequest =
  | { readonly kind: 'start' }
  | { readonly kind: 'apply'; readonly packed: PackedUpdates }
  | { readonly kind: 'finish' }
  | { readonly kind: 'inspect'; readonly state: Uint8Array }

export type FoldAnswer =
  | { readonly ok: true; readonly result: unknown }
  | { readonly ok: false; readonly message: string }

/** Many updates in one piece of memory, which changes hands instead of being copied. */
export interface PackedUpdates {
  readonly bytes: Uint8Array<ArrayBuffer>
  /** Where each of them ends. */
  readonly ends: Uint32Array<ArrayBuffer>
}

export function packUpdates(updates: readonly Uint8Array[]): PackedUpdates {
  const ends = new Uint32Array(updates.length)
  let size = 0
  updates.forEach((update, index) => {
    size += update.byteLength
    ends[index] = size
  })
  const bytes = new Uint8Array(size)
  updates.forEach((update, index) => {
    bytes.set(update, (ends[index] as number) - update.byteLength)
  })
  return { bytes, ends }
}

export function unpackUpdates({ bytes, ends }: PackedUpdates): Uint8Array[] {
  return Array.from(ends, (end, index) => bytes.subarray(index === 0 ? 0 : ends[index - 1], end))
}
