import { type AnyExtension, Extension, type Mark as MarkExtension } from '@tiptap/core'
import { Fragment, type Node, Slice } from '@tiptap/pm/model'
import { type EditorState, Plugin, PluginKey, type Transaction } from '@tiptap/pm/state'
import { StepMap } from '@tiptap/pm/transform'
import { Decoration, DecorationSet, type EditorView } from '@tiptap/pm/view'
import { COMMENT_MARK } from '../../../shared/document/comment.ts'

/** What is known of the threads whose marks are in the text. Marks of any others are not shown. */
export interface ShownThreads {
  readonly threads: ReadonlyMap<string, 'open' | 'settled'>
  readonly activeId: string | null
  /** The text that is about to be commented on. */
  readonly draft: { readonly from: number; readonly to: number } | null
}

interface HighlightState extends ShownThreads {
  readonly decorations: DecorationSet
}

const key = new PluginKey<HighlightState>('commentHighlights')
const NONE: ShownThreads = { threads: new Map(), activeId: null, draft: null }
/** The class of the text that is about to be commented on. */
export const DRAFT_CLASS = 'comment-draft'

/**
 * Shows which text threads are about, and sees to it that copied text is not about a thread as well.
 */
export const CommentHighlights = Extension.create({
  name: 'commentHighlights',
  addProseMirrorPlugins() {
    return [
      new Plugin<HighlightState>({
        key,
        state: {
          init: () => ({ ...NONE, decorations: DecorationSet.empty }),
          apply: (transaction, before) => advance(transaction, before),
        },
        props: {
          decorations: (state) => key.getState(state)?.decorations,
          transformPasted: (slice, view) => withoutCopies(slice, view),
        },
      }),
    ]
  },
})

/** The schema's mark, which the editor also reads where it was cut: the thread goes where its text goes. */
export function withCutComments(extension: AnyExtension): AnyExtension {
  if (extension.name !== COMMENT_MARK) return extension
  return (extension as MarkExtension).extend({
    parseHTML: () => [
      {
        tag: 'span[data-thread-id]',
        getAttrs: (element) => ({ threadId: element.getAttribute('data-thread-id') }),
      },
    ],
  })
}

/** Tells the text of an editor what is known of its threads. */
export function showThreads(view: EditorView, shown: ShownThreads): void {
  view.dispatch(view.state.tr.setMeta(key, shown).setMeta('addToHistory', false))
}

/** The threads that a piece of the text is about, the innermost mark first. */
export function listThreadsAt(element: Element): string[] {
  const ids: string[] = []
  for (let at: Element | null = element; at !== null; at = at.parentElement) {
    const id = at.getAttribute('data-thread-id')
    if (id !== null) ids.push(id)
  }
  return ids
}

function advance(transaction: Transaction, before: HighlightState): HighlightState {
  const { doc } = transaction
  const shown = transaction.getMeta(key) as ShownThreads | undefined
  if (shown !== undefined) {
    const decorations = DecorationSet.create(doc, decorate(doc, shown, 0, doc.content.size))
    return { ...shown, decorations: addDraft(decorations, doc, shown) }
  }
  if (!transaction.docChanged) return before
  // Only where something has changed, and its neighbours: a long page costs no more than a short one.
  const { from, to } = findChanged(transaction)
  const mapped = before.decorations.map(transaction.mapping, doc)
  const stale = mapped
    .find(from, to, ({ isDraft }) => isDraft !== true)
    .filter((decoration) => decoration.to > from && decoration.from < to)
  return { ...before, decorations: mapped.remove(stale).add(doc, decorate(doc, before, from, to)) }
}

function addDraft(decorations: DecorationSet, doc: Node, { draft }: ShownThreads): DecorationSet {
  const size = doc.content.size
  if (draft === null || draft.to > size) return decorations
  const drawn = Decoration.inline(draft.from, draft.to, { class: DRAFT_CLASS }, { isDraft: true })
  return decorations.add(doc, [drawn])
}

function findChanged({ steps, mapping, doc }: Transaction): { from: number; to: number } {
  let from = doc.content.size
  let to = 0
  const include = (start: number, end: number, behind: number) => {
    const rest = mapping.slice(behind)
    from = Math.min(from, rest.map(start, -1))
    to = Math.max(to, rest.map(end, 1))
  }
  steps.forEach((step, index) => {
    mapping.maps[index]?.forEach((_oldStart, _oldEnd, start, end) => {
      include(start, end, index + 1)
    })
    // Steps that only change marks move nothing.
    const { from: start, to: end } = step as { from?: unknown; to?: unknown }
    const isMark = mapping.maps[index] === StepMap.empty
    if (isMark && typeof start === 'number' && typeof end === 'number') include(start, end, index)
  })
  return { from: Math.max(0, from - 1), to: Math.min(doc.content.size, to + 1) }
}

function decorate(doc: Node, shown: ShownThreads, from: number, to: number): Decoration[] {
  const decorations: Decoration[] = []
  if (shown.threads.size === 0 || from >= to) return decorations
  doc.nodesBetween(from, to, (node, pos) => {
    if (!node.isInline) return
    const ids = listMarks(node).filter((id) => shown.threads.has(id))
    if (ids.length === 0) return
    const isOpen = ids.some((id) => shown.threads.get(id) === 'open')
    const isActive = shown.activeId !== null && ids.includes(shown.activeId)
    const classes = ['comment', isOpen ? 'comment-open' : 'comment-settled', isActive ? 'comment-active' : '']
    decorations.push(
      Decoration.inline(pos, pos + node.nodeSize, { nodeName: 'mark', class: classes.join(' ').trim() }),
    )
  })
  return decorations
}

const listMarks = (node: Node): string[] =>
  node.marks.flatMap(({ type, attrs }) => (type.name === COMMENT_MARK ? [String(attrs['threadId'])] : []))

/**
 * What is pasted is not about a thread whose text is still there, nor about one of another page. What was cut
 * takes its thread along, and so does what is dragged elsewhere.
 */
function withoutCopies(slice: Slice, view: EditorView): Slice {
  if (view.dragging?.move === true) return slice
  const there = listAll(view.state)
  const isKept = (id: unknown) =>
    typeof id === 'string' && key.getState(view.state)?.threads.has(id) === true && !there.has(id)
  const strip = (fragment: Fragment): Fragment => {
    const nodes: Node[] = []
    fragment.forEach((node) => {
      const marks = node.marks.filter(
        ({ type, attrs }) => type.name !== COMMENT_MARK || isKept(attrs['threadId']),
      )
      nodes.push(node.isText ? node.mark(marks) : node.copy(strip(node.content)).mark(marks))
    })
    return Fragment.fromArray(nodes)
  }
  return new Slice(strip(slice.content), slice.openStart, slice.openEnd)
}

function listAll({ doc }: EditorState): Set<string> {
  const ids = new Set<string>()
  doc.descendants((node) => {
    for (const id of listMarks(node)) ids.add(id)
  })
  return ids
}
