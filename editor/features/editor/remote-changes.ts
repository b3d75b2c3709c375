import type { EditorState, Transaction } from '@tiptap/pm/state'
import {
  absolutePositionToRelativePosition,
  relativePositionToAbsolutePosition,
  ySyncPluginKey,
} from '@tiptap/y-tiptap'
import * as Y from 'yjs'

/** Whether a transaction brings what others wrote, or undoes: the binding then replaces the whole text. */
export function isFromBinding(transaction: Transaction): boolean {
  return transaction.getMeta(ySyncPluginKey) !== undefined
}

/** A place in the text that stays where it is while others write; null where the text is not shared. */
export type Pin = object | null

/** Pins a position. Positions of ProseMirror do not outlive a change that somebody else makes. */
export function pinPosition(state: EditorState, position: number): Pin {
  const sync = ySyncPluginKey.getState(state)
  if (!sync?.binding) return null
  return absolutePositionToRelativePosition(position, sync.type, sync.binding.mapping) as Pin
}

/** Where a pin is now; null if what it was pinned to is gone. */
export function findPin(state: EditorState, pin: Pin): number | null {
  const sync = ySyncPluginKey.getState(state)
  if (!sync?.binding || pin === null) return null
  const found = relativePositionToAbsolutePosition(sync.doc, sync.type, pin, sync.binding.mapping)
  return found === null ? null : Math.min(found, state.doc.content.size)
}

/**
 * Whether what a pin holds on to, a letter or a block, was taken out: it is found at what stood before then, even if the
 * same letters were written anew elsewhere, as they are when their line is split.
 */
export function isPinLost(state: EditorState, pin: Pin): boolean {
  const sync = ySyncPluginKey.getState(state)
  if (!sync?.binding || pin === null) return false
  const { item, type } = pin as Y.RelativePosition
  const held = item ?? type
  return held !== null && Y.getItem(sync.doc.store, held).deleted
}
