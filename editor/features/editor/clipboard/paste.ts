import { Extension } from '@tiptap/core'
import { DOMParser as SchemaParser, Slice } from '@tiptap/pm/model'
import { Plugin } from '@tiptap/pm/state'
import { handlePaste } from '@tiptap/pm/tables'
import type { EditorView } from '@tiptap/pm/view'
import { findPin, pinPosition } from '../remote-changes.ts'
import { cleanPastedHtml } from './clean-pasted-html.ts'

/**
 * Keeps the structure of what is pasted: from documents by their HTML, from plain text if it is Markdown. With
 * Shift it stays the plain text that it is.
 */
export const Paste = Extension.create({
  name: 'structuredPaste',
  addProseMirrorPlugins() {
    let isPlain = false
    return [
      new Plugin({
        props: {
          handleDOMEvents: {
            keydown(_view, { key, shiftKey }) {
              if (key.toLowerCase() === 'v') isPlain = shiftKey
              return false
            },
            keyup() {
              isPlain = false
              return false
            },
          },
          transformPastedHTML: cleanPastedHtml,
          handlePaste(view, { clipboardData }, slice) {
            const text = clipboardData?.getData('text/plain') ?? ''
            const hasHtml = (clipboardData?.getData('text/html') ?? '') !== ''
            const isCode = view.state.selection.$from.parent.type.spec.code === true
            const isFile = (clipboardData?.files.length ?? 0) > 0
            if (isFile || !view.editable) return false
            if (hasHtml || isPlain || isCode || text === '') return putBelowSummary(view, slice)
            void pasteMarkdown(view, text)
            return MARKDOWN_HINT.test(text) || putBelowSummary(view, slice)
          },
        },
      }),
    ]
  },
})

/**
 * Of more than a line that is pasted into a summary only the first line stays there, if it is one: the rest goes to the
 * beginning of what can be unfolded. To split the summary would tear the whole in two.
 */
function putBelowSummary(view: EditorView, { content }: Slice): boolean {
  const { state } = view
  const { $from, $to } = state.selection
  const { firstChild: first } = content
  const isOneLine = content.childCount === 1 && first?.isTextblock
  if ($from.parent.type.name !== 'detailsSummary' || !$from.sameParent($to)) return false
  if (first === null || first.isInline || isOneLine) return false
  const line = first.type.name === 'paragraph' ? first : null
  const rest = line === null ? content : content.cut(line.nodeSize)
  const folded = state.doc.nodeAt($from.after())
  if (folded?.type.name !== 'detailsContent' || !folded.type.validContent(rest.append(folded.content)))
    return false
  const tr = state.tr.insert($from.after() + 1, rest)
  if (line === null) tr.deleteSelection()
  else tr.insertText(line.textContent, $from.pos, $to.pos)
  view.dispatch(tr.scrollIntoView().setMeta('paste', true).setMeta('uiEvent', 'paste'))
  return true
}

/** Whether it is worth loading what reads Markdown. */
const MARKDOWN_HINT = /[#>*_`~|[\]-]|^\s*\d+[.)]/m

async function pasteMarkdown(view: EditorView, text: string): Promise<void> {
  if (!MARKDOWN_HINT.test(text)) return
  const pins = [view.state.selection.from, view.state.selection.to].map((at) => pinPosition(view.state, at))
  const insertPlain = () => view.pasteText(text)
  const module = await import('./markdown-html.ts').catch(() => null)
  if (view.isDestroyed || !view.editable) return
  if (module === null || !module.looksLikeMarkdown(text)) {
    insertPlain()
    return
  }
  const html = module.markdownToHtml(text)
  const dom = new DOMParser().parseFromString(html, 'text/html').body
  const parsed = SchemaParser.fromSchema(view.state.schema).parseSlice(dom)
  const slice = Slice.maxOpen(parsed.content)
  const { selection } = view.state
  const [from, to] = pins.map((pin) => findPin(view.state, pin))
  // The cells of a table go into cells.
  const isStill = from === selection.from && to === selection.to
  if (isStill && (handlePaste(view, new ClipboardEvent('paste'), slice) || putBelowSummary(view, slice)))
    return
  const tr = view.state.tr.replaceRange(from ?? selection.from, to ?? selection.to, slice)
  view.dispatch(tr.scrollIntoView().setMeta('paste', true).setMeta('uiEvent', 'paste'))
}
