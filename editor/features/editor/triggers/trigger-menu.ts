import { type Editor, Extension } from '@tiptap/core'
import { type EditorState, Plugin, PluginKey, type Transaction } from '@tiptap/pm/state'
import { isFromBinding } from '../remote-changes.ts'

/** What a sign in the text asks for. */
export type TriggerKind = 'block' | 'mention' | 'emoji'

/** A sign and the words behind it, up to the caret. */
export interface Trigger {
  readonly kind: TriggerKind
  /** Where the sign stands, and where the caret is. */
  readonly from: number
  readonly to: number
  readonly query: string
}

/** Each sign at the beginning of a word, with what may follow it. */
const SIGNS: readonly { kind: TriggerKind; pattern: RegExp }[] = [
  { kind: 'block', pattern: /(?:^|\s)\/((?:[\p{L}\p{N}][\p{L}\p{N} -]{0,24})?)$/u },
  { kind: 'mention', pattern: /(?:^|[\s(])@((?:[\p{L}\p{N}][^\n@]{0,40})?)$/u },
  { kind: 'emoji', pattern: /(?:^|\s):([\p{L}\p{N}_+-]{2,30})$/u },
]
const LONGEST = 48

/** The sign before the caret; null if there is none, or in code. */
export function findTrigger({ selection, schema }: EditorState): Trigger | null {
  const { $from, empty } = selection
  if (!empty || !$from.parent.isTextblock || $from.parent.type.spec.code) return null
  if ($from.marks().some(({ type }) => type === schema.marks['code'])) return null
  const start = Math.max(0, $from.parentOffset - LONGEST)
  const before = $from.parent.textBetween(start, $from.parentOffset, undefined, '\ufffc')
  for (const { kind, pattern } of SIGNS) {
    const query = pattern.exec(before)?.[1]
    if (query !== undefined) return { kind, query, from: $from.pos - query.length - 1, to: $from.pos }
  }
  return null
}

interface TriggerState {
  readonly open: Trigger | null
  /** The sign that was answered with Escape: it stays closed while the caret is behind it. */
  readonly dismissed: number | null
}

const key = new PluginKey<TriggerState>('triggerMenu')
const CLOSED: TriggerState = { open: null, dismissed: null }

function follow(transaction: Transaction, before: TriggerState, state: EditorState): TriggerState {
  if (transaction.getMeta(key) === 'dismiss') return { open: null, dismissed: before.open?.from ?? null }
  if (!transaction.docChanged && !transaction.selectionSet) return before
  const found = findTrigger(state)
  if (found === null) return CLOSED
  if (before.open?.kind === found.kind) return { open: found, dismissed: null }
  const isTyped =
    transaction.docChanged && !isFromBinding(transaction) && transaction.getMeta('uiEvent') === undefined
  const dismissed = before.dismissed === null ? null : transaction.mapping.map(before.dismissed)
  if (dismissed === found.from) return { open: null, dismissed }
  return { open: isTyped ? found : null, dismissed: null }
}

/** What answers keys while a menu is open. */
export interface TriggerStorage {
  onKey: ((event: KeyboardEvent) => boolean) | null
}

/** Notices `/`, `@` and `:` while somebody types; the menus themselves are loaded behind the page. */
export const TriggerMenus = Extension.create<object, TriggerStorage>({
  name: 'triggerMenus',
  // Before what Enter and the arrows do otherwise.
  priority: 1100,
  addStorage: () => ({ onKey: null }),
  addProseMirrorPlugins() {
    const { storage } = this
    return [
      new Plugin<TriggerState>({
        key,
        state: { init: () => CLOSED, apply: (tr, before, _old, state) => follow(tr, before, state) },
        props: {
          handleKeyDown: (view, event) =>
            !view.composing && key.getState(view.state)?.open != null && storage.onKey?.(event) === true,
        },
      }),
    ]
  },
})

/** The menu that is open. */
export function openTrigger({ state, isEditable }: Pick<Editor, 'state' | 'isEditable'>): Trigger | null {
  return isEditable ? (key.getState(state)?.open ?? null) : null
}

/** Closes the menu and leaves what was typed. */
export function dismissTrigger({ view }: Editor): void {
  view.dispatch(view.state.tr.setMeta(key, 'dismiss'))
}

/** Who answers keys while a menu is open; null for nobody. */
export function setTriggerKeys(editor: Editor, onKey: TriggerStorage['onKey']): void {
  const storage = (editor.storage as unknown as Record<string, TriggerStorage | undefined>)['triggerMenus']
  if (storage !== undefined) storage.onKey = onKey
}
