import * as Y from 'yjs'
import { isFileId } from '../../shared/document/image-address.ts'
import { toBuffer } from './commit-log.ts'

/** The shortest update that an id fits into, bytes: what most keys send is shorter. */
const MIN_BYTES = 40
/** How the text of an id begins. */
const ID = /[0-9a-f]{8}-[0-9a-f]{4}-/i

/**
 * The ids in an update that may be those of files: attributes of images, and of other elements that are named by such an
 * id. Which attribute it is cannot be told from the update alone: one that is changed does not name itself.
 */
export function readNamedFiles(update: Uint8Array): string[] {
  if (update.byteLength < MIN_BYTES || !ID.test(toBuffer(update).toString('latin1'))) return []
  const values = readStructs(update).flatMap((struct) =>
    struct instanceof Y.Item && struct.content instanceof Y.ContentAny ? struct.content.arr : [],
  )
  return [...new Set(values.filter(isFileId))]
}

function readStructs(update: Uint8Array) {
  try {
    return Y.decodeUpdate(update).structs
  } catch {
    // What is no update is refused elsewhere.
    return []
  }
}
