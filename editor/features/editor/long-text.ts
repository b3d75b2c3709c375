import { Extension } from '@tiptap/core'
import { type EditorState, Plugin } from '@tiptap/pm/state'
import { Decoration, DecorationSet } from '@tiptap/pm/view'

/** From how many blocks on a text counts as long: some ten printed pages. */
const MANY_BLOCKS = 100
/** Measuring begins behind the frames that show the text and what stands around it, ms. */
const MEASURE_AFTER_MS = 100
/** How many blocks are measured in one frame. */
const BLOCKS_A_FRAME = 60

export interface LongTextOptions {
  /** Whether the text can already be read when the editor comes to show it: nothing in it may move then. */
  isRead: () => boolean
}

/**
 * Has the browser lay out and paint only what can be seen of a long text (`prose.css`). How high the other blocks are it
 * learns frame by frame when the text is there: then nothing moves when one comes into sight.
 */
export const LongText = Extension.create<LongTextOptions>({
  name: 'longText',

  addOptions: () => ({ isRead: () => false }),

  addProseMirrorPlugins() {
    const { isRead } = this.options
    return [
      new Plugin({
        props: {
          attributes: (state) => (isLong(state) ? { class: 'prose-long' } : {}),
          decorations: (state) => (isLong(state) ? markCaretBlocks(state) : null),
        },
        view: ({ dom }) => ({ destroy: measureBlocks(dom, isRead()) }),
      }),
    ]
  },
})

const isLong = ({ doc }: EditorState): boolean => doc.childCount >= MANY_BLOCKS

/**
 * The blocks that the caret and the other end of the selection are in are always laid out: in one that is not, as a line
 * that came with this very key, the browser leaves the caret in front of the letter that it writes.
 */
function markCaretBlocks({ doc, selection: { $head, $anchor } }: EditorState): DecorationSet {
  const ends = $head.sharedDepth($anchor.pos) > 0 ? [$head] : [$head, $anchor]
  const blocks = ends.filter(({ depth }) => depth > 0)
  return DecorationSet.create(
    doc,
    blocks.map(($end) => Decoration.node($end.before(1), $end.after(1), { class: 'has-caret' })),
  )
}

/**
 * Shows each block for one frame, when the text has come and when many were added. If the text `isRead`, all blocks are shown
 * at first, and are let go of one after the other. Answers what ends it.
 */
function measureBlocks(text: HTMLElement, isRead: boolean): () => void {
  // As in the styles: elsewhere all of it is laid out.
  if (!CSS.supports('overflow-clip-margin: 1px')) return () => undefined
  const { ownerDocument } = text
  const shown = new CSSStyleSheet()
  let areAllShown = isRead
  let measured = 0
  let frame = 0
  let timer: ReturnType<typeof setTimeout> | undefined

  function begin(): void {
    timer = undefined
    frame = requestAnimationFrame(() => goOn(1))
  }

  function goOn(first: number): void {
    const count = text.childElementCount
    if (first > count) {
      shown.replaceSync('')
      areAllShown = false
      measured = count
      frame = 0
      return
    }
    const last = areAllShown ? count : first + BLOCKS_A_FRAME - 1
    shown.replaceSync(
      `.prose-long > :nth-child(n + ${first}):nth-child(-n + ${last}) { content-visibility: visible }`,
    )
    frame = requestAnimationFrame(() => goOn(first + BLOCKS_A_FRAME))
  }

  // Told when the text has come to the page, and with each line that it gets.
  const observer = new ResizeObserver(() => {
    const count = text.childElementCount
    measured = Math.min(measured, count)
    if (count < MANY_BLOCKS && areAllShown) {
      shown.replaceSync('')
      areAllShown = false
    }
    const areManyNew = measured === 0 || count - measured >= BLOCKS_A_FRAME
    if (frame === 0 && count >= MANY_BLOCKS && areManyNew) timer ??= setTimeout(begin, MEASURE_AFTER_MS)
  })
  observer.observe(text)
  if (isRead) shown.replaceSync('.prose-long > * { content-visibility: visible }')
  ownerDocument.adoptedStyleSheets.push(shown)
  return () => {
    observer.disconnect()
    clearTimeout(timer)
    cancelAnimationFrame(frame)
    ownerDocument.adoptedStyleSheets = ownerDocument.adoptedStyleSheets.filter((sheet) => sheet !== shown)
  }
}
