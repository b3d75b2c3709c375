import * as Y from 'yjs'

/**
 * Whether an update can be applied to any document, now or later. That it decodes is not enough: Yjs
 * takes for granted that what a client writes builds on what it wrote before, and throws in the middle
 * of applying an update that does not. Such a row in the log would lock its page for good.
 */
export function isWellFormedUpdate(update: Uint8Array): boolean {
  try {
    const { structs, ds } = Y.decodeUpdate(update)
    return (
      structs.every(isWellFormedStruct) && [...ds.clients.values()].flat().every((range) => range.len > 0)
    )
  } catch {
    return false
  }
}

type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number]

function isWellFormedStruct(struct: Struct): boolean {
  // Two structs would have the same id, and Yjs could not find the second.
  if (!(struct.length > 0)) return false
  if (!(struct instanceof Y.Item)) return true
  const { id, origin, rightOrigin, parent } = struct
  return [origin, rightOrigin, parent].every(
    (reference) => !(reference instanceof Y.ID) || isEarlier(reference, id),
  )
}

/** References to other clients wait until that is there; those to the own client are followed at once. */
function isEarlier(reference: Y.ID, id: Y.ID): boolean {
  return reference.client !== id.client || reference.clock < id.clock
}
