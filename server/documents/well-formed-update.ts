import * as Y from 'yjs'
import { bringsElement } from './nesting.ts'

/** How deep a value in an attribute, a format or an embed may be nested: any depth can be read, but not written again. */
export const MAX_VALUE_DEPTH = 64

/**
 * Whether an update can be applied to any document, now or later, and be written again. That it decodes
 * is not enough: Yjs takes for granted that what a client writes builds on what it wrote before, and
 * throws in the middle of applying an update that does not. Such a row in the log would lock its page.
 */
export function isWellFormedUpdate(update: Uint8Array): boolean {
  return inspectUpdate(update) !== 'malformed'
}

/** The same, and whether it brings elements, of which it has to be known how deep they are. */
export function inspectUpdate(update: Uint8Array): 'malformed' | 'plain' | 'brings-elements' {
  try {
    const { structs, ds } = Y.decodeUpdate(update)
    const isWellFormed =
      structs.every(isWellFormedStruct) &&
      isInOrder(structs) &&
      [...ds.clients.values()].flat().every(({ clock, len }) => isRange(clock, len))
    if (!isWellFormed) return 'malformed'
    return structs.some(bringsElement) ? 'brings-elements' : 'plain'
  } catch {
    // Yjs throws at bytes that are no update: that is the answer.
    return 'malformed'
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

/** What one client wrote comes in one piece and in order: otherwise one id could stand for two things. */
function isInOrder(structs: readonly Struct[]): boolean {
  const finished = new Set<number>()
  let client: number | undefined
  let end = 0
  for (const { id, length } of structs) {
    if (id.client !== client) {
      if (client !== undefined) finished.add(client)
      if (finished.has(id.client)) return false
      client = id.client
    } else if (id.clock < end) {
      return false
    }
    end = id.clock + length
  }
  return true
}
