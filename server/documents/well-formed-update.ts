import * as Y from 'yjs'

/** How deep a value in an attribute, a format or an embed may be nested: any depth can be read, but not written again. */
export const MAX_VALUE_DEPTH = 64
/** How many elements one update may put inside one another: lists nested ten deep need forty. */
export const MAX_NEW_DEPTH = 100

/**
 * Whether an update can be applied to any document, now or later, and be written again. That it decodes
 * is not enough: Yjs takes for granted that what a client writes builds on what it wrote before, and
 * throws in the middle of applying an update that does not. Such a row in the log would lock its page.
 */
export function isWellFormedUpdate(update: Uint8Array): boolean {
  try {
    const { structs, ds } = Y.decodeUpdate(update)
    return (
      structs.every(isWellFormedStruct) &&
      isNestedReasonably(structs) &&
      [...ds.clients.values()].flat().every(({ clock, len }) => isRange(clock, len))
    )
  } catch {
    return false
  }
}

type Struct = ReturnType<typeof Y.decodeUpdate>['structs'][number]

function isWellFormedStruct(struct: Struct): boolean {
  if (!isRange(struct.id.clock, struct.length)) return false
  if (!(struct instanceof Y.Item)) return true
  const { id, origin, rightOrigin, parent, content } = struct
  const references = [origin, rightOrigin, parent].filter((reference) => reference instanceof Y.ID)
  return references.every((reference) => isEarlier(reference, id)) && isFlat(content)
}

/** Of no length, two structs would share one id; past the safe integers, nothing could be found again. */
function isRange(clock: number, length: number): boolean {
  return length > 0 && Number.isSafeInteger(clock + length)
}

/** References to other clients wait until that is there; those to the own client are followed at once. */
function isEarlier(reference: Y.ID, id: Y.ID): boolean {
  return reference.client !== id.client || reference.clock < id.clock
}

function isFlat(content: Y.Item['content']): boolean {
  if (content instanceof Y.ContentEmbed) return isShallow(content.embed)
  if (content instanceof Y.ContentFormat) return isShallow(content.value)
  if (content instanceof Y.ContentAny || content instanceof Y.ContentJSON) return isShallow(content.arr)
  return true
}

/** Whether a value that came as JSON is nested no deeper than can be written as JSON again. */
export function isShallow(value: unknown, depthLeft = MAX_VALUE_DEPTH): boolean {
  if (typeof value !== 'object' || value === null || value instanceof Uint8Array) return true
  return depthLeft > 0 && Object.values(value).every((inner) => isShallow(inner, depthLeft - 1))
}

/** Yjs removes an element by calling itself for what is in it: thousands inside one another overflow the stack. */
function isNestedReasonably(structs: readonly Struct[]): boolean {
  const depths = new Map<string, number>()
  for (const struct of structs) {
    if (!(struct instanceof Y.Item) || !(struct.content instanceof Y.ContentType)) continue
    const { id, parent } = struct
    const depth = parent instanceof Y.ID ? (depths.get(`${parent.client} ${parent.clock}`) ?? 0) + 1 : 1
    if (depth > MAX_NEW_DEPTH) return false
    depths.set(`${id.client} ${id.clock}`, depth)
  }
  return true
}
