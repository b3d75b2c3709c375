import type { ContentError } from '../../shared/document/content-error.ts'
import type { ContentFormat } from './convert-content.ts'

/** What the folding thread is asked to do. */
export type FoldRequest =
  | { readonly kind: 'start' }
  | { readonly kind: 'apply'; readonly packed: PackedUpdates }
  | { readonly kind: 'credit'; readonly packed: PackedUpdates; readonly rows: readonly RowAuthor[] }
  | { readonly kind: 'finish' }
  | { readonly kind: 'inspect'; readonly state: Uint8Array }
  | { readonly kind: 'convert'; readonly format: ContentFormat }
  | { readonly kind: 'compare'; readonly from: Uint8Array }
  | { readonly kind: 'authors' }
  | { readonly kind: 'mentions' }

export type FoldAnswer =
  | { readonly ok: true; readonly result: unknown }
  /** With a code if it is to be told to whoever asked; without one for what does not decode. */
  | { readonly ok: false; readonly message: string; readonly code?: ContentError['code'] }

/** Who wrote a row of the log, and when, in ms since 1970. */
export interface RowAuthor {
  readonly userId: string
  readonly at: number
}

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
