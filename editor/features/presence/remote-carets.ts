import { Extension } from '@tiptap/core'
import { type EditorState, Plugin, PluginKey } from '@tiptap/pm/state'
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view'
import { absolutePositionToRelativePosition, ySyncPluginKey } from '@tiptap/y-tiptap'
import type { Awareness } from 'y-protocols/awareness'
import * as Y from 'yjs'
import { followText } from '../editor/follow-text.ts'
import { countWritten, findPlace, isPlaceLost } from './caret-place.ts'
import { goBackInCode } from './go-back-in-code.ts'
import { type CaretUser, renderCaret, renderSelection } from './render-caret.ts'

/*
 * Others' carets and selections, and our own told to them. Unlike y-tiptap's plugin of that purpose it
 *  - keeps a caret until it is known where it went, and lets it go along with what its owner types,
 *  - takes all that moved within a frame at once,
 *  - tells ours only when it moved, and keeps it when the focus is in a menu.
 */

/** Somebody's caret in the text. */
export interface RemoteCaret {
  readonly clientId: number
  /** Null for clients that are not known to the server. */
  readonly userId: string | null
  readonly user: CaretUser
  readonly anchor: number
  readonly head: number
  /** What their client told, and how much the document had of theirs then. */
  readonly told: object
  readonly written: number
}

/** A caret as clients tell it. */
interface ToldCursor {
  readonly anchor: unknown
  readonly head: unknown
  /** How much its owner had written when they told it; stock clients do not say. */
  readonly written?: number
}

interface CaretsState {
  readonly carets: ReadonlyMap<number, RemoteCaret>
  readonly shown: DecorationSet
}

const key = new PluginKey<CaretsState>('remoteCarets')

/** The carets of the others as they are shown now. */
export function readRemoteCarets(state: EditorState): readonly RemoteCaret[] {
  return [...(key.getState(state)?.carets.values() ?? [])]
}

/** Shows others' carets, and tells them ours. */
export const RemoteCarets = Extension.create<{ awareness: Awareness | null; user: CaretUser }>({
  name: 'remoteCarets',
  // Behind the plugin that binds the document, before everything else.
  priority: 999,
  addOptions: () => ({ awareness: null, user: {} }),
  addProseMirrorPlugins() {
    const { awareness, user } = this.options
    return awareness === null ? [] : [createPlugin(awareness, user)]
  },
})

function createPlugin(awareness: Awareness, user: CaretUser): Plugin<CaretsState> {
  return new Plugin<CaretsState>({
    key,
    state: {
      init: (_config, state) => show(state, awareness, new Map()),
      apply(transaction, before, { doc: docBefore }, state) {
        // What comes from others replaces large parts of the document, so positions do not map through it.
        if (ySyncPluginKey.getState(state)?.isChangeOrigin)
          return show(state, awareness, before.carets, docBefore)
        if (!transaction.docChanged)
          return transaction.getMeta(key) ? show(state, awareness, before.carets) : before
        const { mapping, doc } = transaction
        const carets = new Map<number, RemoteCaret>()
        for (const [id, caret] of before.carets)
          carets.set(id, {
            ...caret,
            anchor: mapping.map(caret.anchor, -1),
            head: mapping.map(caret.head, -1),
          })
        return { carets, shown: before.shown.map(mapping, doc) }
      },
    },
    props: {
      decorations: (state) => key.getState(state)?.shown,
      handleKeyDown: (view, event) => goBackInCode(view, event, readRemoteCarets(view.state)),
    },
    view(view) {
      const moved = new Set<number>()
      let frame = 0
      const onChange = ({ added, updated, removed }: Record<'added' | 'updated' | 'removed', number[]>) => {
        for (const id of [...added, ...updated, ...removed]) if (id !== awareness.clientID) moved.add(id)
        if (moved.size === 0 || frame !== 0) return
        frame = requestAnimationFrame(() => {
          frame = 0
          if (view.isDestroyed) return
          view.dispatch(view.state.tr.setMeta(key, true).setMeta('addToHistory', false))
          for (const id of moved) showLabel(view, id)
          moved.clear()
        })
      }
      const tell = () => tellOwn(view, awareness)
      awareness.setLocalStateField('user', user)
      awareness.on('change', onChange)
      view.dom.addEventListener('focusin', tell)
      return {
        update(_view, before) {
          const { doc, selection } = view.state
          if (before.doc !== doc || !before.selection.eq(selection)) tell()
        },
        destroy() {
          cancelAnimationFrame(frame)
          awareness.off('change', onChange)
          view.dom.removeEventListener('focusin', tell)
          if (awareness.getLocalState() !== null) awareness.setLocalStateField('cursor', null)
        },
      }
    },
  })
}

/** The carets of everybody whose place is known, or was and is not lost. */
function show(
  state: EditorState,
  awareness: Awareness,
  before: ReadonlyMap<number, RemoteCaret>,
  docBefore = state.doc,
): CaretsState {
  const carets = new Map<number, RemoteCaret>()
  const shown: Decoration[] = []
  const end = Math.max(state.doc.content.size - 1, 0)
  for (const [clientId, told] of awareness.getStates()) {
    const cursor = told['cursor'] as ToldCursor | null | undefined
    if (clientId === awareness.clientID || !cursor) continue
    const last = before.get(clientId)
    const written = cursor.written ?? (last?.told === cursor ? last.written : countWritten(state, clientId))
    const place = (end: 'anchor' | 'head'): number | undefined => {
      // The letters around it were written anew, and its owner has not heard of it yet.
      const isLost = last?.told === cursor && isPlaceLost(state, cursor[end])
      const followed = isLost ? followText(docBefore, state.doc, last[end]) : null
      return followed ?? findPlace(state, cursor[end], clientId, written) ?? last?.[end]
    }
    const anchor = place('anchor')
    const head = place('head')
    if (anchor === undefined || head === undefined) continue
    const user = (told['user'] ?? {}) as CaretUser & { id?: unknown }
    const caret: RemoteCaret = {
      ...{ clientId, user, userId: typeof user.id === 'string' ? user.id : null },
      ...{ anchor: Math.min(anchor, end), head: Math.min(head, end), told: cursor, written },
    }
    carets.set(clientId, caret)
    shown.push(...decorate(caret))
  }
  return { carets, shown: DecorationSet.create(state.doc, shown) }
}

function decorate({ clientId, user, anchor, head }: RemoteCaret): Decoration[] {
  const caret = Decoration.widget(head, () => renderCaret(user, clientId), {
    // With the same key the element stays when the caret moves.
    key: `${clientId} ${String(user.color)} ${String(user.name)}`,
    // Before our own caret, or what is typed at the beginning of a line goes to the end of the line above.
    side: -1,
  })
  if (anchor === head) return [caret]
  const range = [Math.min(anchor, head), Math.max(anchor, head)] as const
  return [
    caret,
    Decoration.inline(...range, renderSelection(user), { inclusiveEnd: true, inclusiveStart: false }),
  ]
}

function tellOwn(view: EditorView, awareness: Awareness): void {
  const sync = ySyncPluginKey.getState(view.state)
  const told = awareness.getLocalState()
  if (!sync?.binding || told === null || !view.hasFocus()) return
  const { selection } = view.state
  const [anchor, head] = [selection.anchor, selection.head].map((position) =>
    absolutePositionToRelativePosition(position, sync.type, sync.binding.mapping),
  )
  const before = told['cursor'] as ToldCursor | null | undefined
  if (before && isSame(before.anchor, anchor) && isSame(before.head, head)) return
  const written = countWritten(view.state, awareness.clientID)
  awareness.setLocalStateField('cursor', { anchor, head, written })
}

const isSame = (told: unknown, position: unknown): boolean =>
  Y.compareRelativePositions(Y.createRelativePositionFromJSON(told), position as Y.RelativePosition)

/** Says once more whose caret it is, because it moved. */
function showLabel(view: EditorView, clientId: number): void {
  const label = view.dom.querySelector(`[data-client-id="${clientId}"] > .collaboration-caret__label`)
  for (const animation of label?.getAnimations() ?? []) {
    animation.cancel()
    animation.play()
  }
}
