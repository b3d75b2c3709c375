import { type Editor, Extension, findParentNode } from '@tiptap/core'
import { type EditorState, Plugin } from '@tiptap/pm/state'

const INDENT = '  '
const HOLDERS = new Set(['listItem', 'taskItem', 'table'])

/**
 * What Tab does in the text: it indents the lines of a code block, as it indents a list. In a list and in a table it stays
 * in the text also where there is nothing to be indented and no cell to go to. Escape gives the next Tab back to the
 * browser, so that nobody who uses the keyboard alone is kept in the text.
 */
export const TabKey = Extension.create({
  name: 'tabKey',
  addKeyboardShortcuts() {
    return {
      Tab: () => indentLines(this.editor) || indentItem(this.editor),
      'Shift-Tab': () => outdentLines(this.editor) || leaveCell(this.editor),
    }
  },
  addProseMirrorPlugins() {
    let isLeaving = false
    return [
      new Plugin({
        props: {
          handleDOMEvents: {
            keydown(_view, event) {
              if (event.key === 'Tab') return isLeaving
              if (event.key !== 'Shift') isLeaving = event.key === 'Escape' && !event.isComposing
              return false
            },
            blur() {
              isLeaving = false
              return false
            },
          },
        },
      }),
    ]
  },
})

function indentItem({ state, commands }: Editor): boolean {
  const holder = findHolder(state)
  if (holder !== 'listItem' && holder !== 'taskItem') return false
  commands.sinkListItem(holder)
  return true
}

function leaveCell({ state, commands }: Editor): boolean {
  if (findHolder(state) !== 'table') return false
  commands.goToPreviousCell()
  return true
}

/** The innermost list item or table around the caret. */
function findHolder({ selection }: EditorState): string | undefined {
  return findParentNode(({ type }) => HOLDERS.has(type.name))(selection)?.node.type.name
}

function indentLines(editor: Editor): boolean {
  const starts = findLineStarts(editor)
  if (!starts) return false
  return editor.commands.command(({ tr }) => {
    const { empty, from } = tr.selection
    if (empty) tr.insertText(INDENT, from)
    // From the last to the first, so that the earlier places stay true.
    else for (const start of starts.toReversed()) tr.insertText(INDENT, start)
    return true
  })
}

function outdentLines(editor: Editor): boolean {
  const starts = findLineStarts(editor)
  if (!starts) return false
  return editor.commands.command(({ tr }) => {
    for (const start of starts.toReversed()) {
      const end = Math.min(start + INDENT.length, tr.doc.resolve(start).end())
      const spaces = /^ */u.exec(tr.doc.textBetween(start, end))?.[0].length ?? 0
      if (spaces > 0) tr.delete(start, start + spaces)
    }
    return true
  })
}

/** Where the selected lines begin, or `null` outside of a code block. Other lines are left to their authors. */
function findLineStarts(editor: Editor): number[] | null {
  const { $from, $to } = editor.state.selection
  if ($from.parent.type.name !== 'codeBlock' || !$from.sameParent($to)) return null
  const text = $from.parent.textContent
  const first = text.lastIndexOf('\n', $from.parentOffset - 1) + 1
  const starts = [$from.start() + ($from.parentOffset === 0 ? 0 : first)]
  for (let at = text.indexOf('\n', $from.parentOffset); at >= 0 && at + 1 < $to.parentOffset; ) {
    starts.push($from.start() + at + 1)
    at = text.indexOf('\n', at + 1)
  }
  return starts
}
