import { Extension } from '@tiptap/core'
import { DOMParser as SchemaParser, Slice } from '@tiptap/pm/model'
import { Plugin } from '@tiptap/pm/state'
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
          handlePaste(view, { clipboardData }) {
            const text = clipboardData?.getData('text/plain') ?? ''
            const hasHtml = (clipboardData?.getData('text/html') ?? '') !== ''
            const isCode = view.state.selection.$from.parent.type.spec.code === true
            const isFile = (clipboardData?.files.length ?? 0) > 0
            if (hasHtml || isPlain || isCode || isFile || text === '' || !view.editable) return false
            void pasteMarkdown(view, text)
            return MARKDOWN_HINT.test(text)
          },
        },
      }),
    ]
  },
})

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
  const tr = view.state.tr.replaceRange(from ?? selection.from, to ?? selection.to, slice)
  view.dispatch(tr.scrollIntoView().setMeta('paste', true).setMeta('uiEvent', 'paste'))
}
