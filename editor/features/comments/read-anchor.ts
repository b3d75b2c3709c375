import type { EditorState } from '@tiptap/pm/state'
import {
  absolutePositionToRelativePosition,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
} from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { type Anchor, MAX_QUOTE_LENGTH } from '../../../shared/api/comments.ts'

/** What somebody is about to comment on. */
export interface Selected {
  readonly anchor: Anchor
  readonly quote: string
  /** Where it ends now. */
  readonly to: number
}

/** The selected text, with places that stay where they are while others type; null if there is none. */
export function readSelected(state: EditorState): Selected | null {
  const { from, to } = state.selection
  const quote = state.doc.textBetween(from, to, '\n', ' ').trim()
  const sync = ySyncPluginKey.getState(state)
  if (quote === '' || !sync?.binding) return null
  const { type, doc: ydoc, binding } = sync
  const toRelative = (pos: number): Y.RelativePosition =>
    absolutePositionToRelativePosition(pos, type, binding.mapping)
  return {
    anchor: { start: encode(toRelative(from)), end: encode(leanLeft(toRelative(to), ydoc)) },
    quote: cut(quote),
    to,
  }
}

/** The same place, but behind what is in front of it: what others add there does not belong to it. */
function leanLeft(position: Y.RelativePosition, doc: Y.Doc): Y.RelativePosition {
  const place = Y.createAbsolutePositionFromRelativePosition(position, doc)
  return place === null || place.index === 0
    ? position
    : Y.createRelativePositionFromTypeIndex(place.type, place.index, -1)
}

const encode = (position: Y.RelativePosition) =>
  btoa(String.fromCharCode(...Y.encodeRelativePosition(position)))

// Half of a character that takes two units is no character.
const cut = (quote: string) =>
  quote.length <= MAX_QUOTE_LENGTH
    ? quote
    : `${quote.slice(0, MAX_QUOTE_LENGTH - 1).replace(/[\uD800-\uDBFF]$/, '')}…`

/** Where an anchor's text lies now; null where it is gone. */
export function locate({ start, end }: Anchor, state: EditorState): { from: number; to: number } | null {
  const sync = ySyncPluginKey.getState(state)
  if (!sync?.binding) return null
  const toAbsolute = (place: string): number | null =>
    relativePositionToAbsolutePosition(
      sync.doc,
      sync.type,
      Y.decodeRelativePosition(Uint8Array.from(atob(place), (char) => char.charCodeAt(0))),
      sync.binding.mapping,
    )
  const [from, to] = [toAbsolute(start), toAbsolute(end)]
  return from === null || to === null || from >= to || to > state.doc.content.size ? null : { from, to }
}
