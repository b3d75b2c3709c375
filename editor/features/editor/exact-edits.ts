import { Extension } from '@tiptap/core'
import type { Node, ResolvedPos } from '@tiptap/pm/model'
import { Plugin, PluginKey } from '@tiptap/pm/state'
import { ReplaceStep, type Step } from '@tiptap/pm/transform'
import { ySyncPluginKey } from '@tiptap/y-tiptap'
import * as Y from 'yjs'
import { isFromBinding } from './remote-changes.ts'

/** One step of this person's, and the document that it changed. */
interface Change {
  readonly before: Node
  readonly step: Step
}

/** Only a single step can be told exactly; more are kept to know that there were more. */
const MAX_CHANGES = 2

const key = new PluginKey<readonly Change[]>('exactEdits')

/**
 * Writes a letter into the shared document where it was typed, and deletes the one that was deleted. The binding
 * compares texts, and cannot tell which of two equal letters in a row is new or gone: it would take somebody
 * else's for mine. What else is in a change stays the binding's, which also brings it in line.
 */
export const ExactEdits = Extension.create({
  name: 'exactEdits',
  addProseMirrorPlugins: () => [
    new Plugin<readonly Change[]>({
      key,
      state: {
        init: () => [],
        apply(transaction, before) {
          if (!transaction.docChanged) return before
          if (isFromBinding(transaction)) return []
          const own = transaction.steps.map((step, index) => ({
            step,
            before: transaction.docs[index] as Node,
          }))
          return [...before, ...own].slice(-MAX_CHANGES)
        },
      },
      view(view) {
        const { binding } = ySyncPluginKey.getState(view.state) as { binding: Binding }
        const write = binding._prosemirrorChanged
        // The document that is written already, if it was an own change that led to it.
        let written: Node | null = null
        binding._prosemirrorChanged = (doc) => {
          if (doc !== written) {
            const changes = key.getState(view.state) ?? []
            const first = changes.findLastIndex(({ before }) => before === written)
            writeExactly(binding.type, first < 0 ? changes : changes.slice(first))
          }
          write.call(binding, doc)
          written = doc
        }
        return {
          destroy() {
            binding._prosemirrorChanged = write
          },
        }
      },
    }),
  ],
})

/** What of the binding between ProseMirror and Yjs is used here. */
interface Binding {
  readonly type: Y.XmlFragment
  /** Brings the shared document in line; called within a transaction of it. */
  _prosemirrorChanged(doc: Node): void
}

function writeExactly(type: Y.XmlFragment, changes: readonly Change[]): void {
  const [change, ...others] = changes
  if (change === undefined || others.length > 0) return
  const { before, step } = change
  if (!(step instanceof ReplaceStep) || step.slice.openStart > 0 || step.slice.openEnd > 0) return
  const $from = before.resolve(step.from)
  const { parent, parentOffset } = $from
  const removed = before.slice(step.from, step.to)
  const isText = [...step.slice.content.content, ...removed.content.content].every((node) => node.isText)
  if (!parent.inlineContent || !isText || removed.openStart > 0) return
  const typed = step.slice.content.textBetween(0, step.slice.size)
  const length = step.to - step.from
  // What replaces other letters is compared with them.
  if ((typed === '') === (length === 0)) return
  const run = findRun(parent, parentOffset)
  if (run === null) return
  const at = parentOffset - run.start
  const after = run.text.slice(0, at) + typed + run.text.slice(at + length)
  // As long as the texts differ there, the binding finds the place by itself.
  if (run.text[at] !== after[at]) return
  const text = findText(type, $from, run)
  if (typed === '') text?.delete(at, length)
  else text?.insert(at, typed)
}

/** Text nodes in a row, which are one text in the shared document. */
interface Run {
  /** Where it begins in its block. */
  readonly start: number
  readonly text: string
  /** Its place among the block's children in the shared document, and how many there are. */
  readonly index: number
  readonly siblings: number
}

/** The run that an offset in a block lies in or beside. */
function findRun(parent: Node, offset: number): Run | null {
  let found: Omit<Run, 'siblings'> | null = null
  let siblings = 0
  let open: { start: number; text: string; index: number } | null = null
  parent.forEach((child, start) => {
    if (!child.isText) {
      open = null
      siblings++
      return
    }
    open ??= { start, text: '', index: siblings++ }
    open.text += child.text ?? ''
    if (offset >= open.start && offset <= start + child.nodeSize) found = open
  })
  return found && { ...(found as Omit<Run, 'siblings'>), siblings }
}

/** The same text in the shared document; null where that is built otherwise. */
function findText(type: Y.XmlFragment, $pos: ResolvedPos, run: Run): Y.XmlText | null {
  let around: Y.XmlFragment = type
  for (let depth = 0; depth < $pos.depth; depth++) {
    if (around.length !== $pos.node(depth).childCount) return null
    const child: unknown = around.get($pos.index(depth))
    if (!(child instanceof Y.XmlElement) || child.nodeName !== $pos.node(depth + 1).type.name) return null
    around = child
  }
  if (around.length !== run.siblings) return null
  const text: unknown = around.get(run.index)
  return text instanceof Y.XmlText && readPlain(text) === run.text ? text : null
}

const readPlain = (text: Y.XmlText): string =>
  (text.toDelta() as { insert: unknown }[])
    .map(({ insert }) => (typeof insert === 'string' ? insert : '\ufffc'))
    .join('')
