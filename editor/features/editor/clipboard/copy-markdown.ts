import type { Editor } from '@tiptap/core'
import type { Node } from '@tiptap/pm/model'
import { toMarkdown } from '../../../../shared/document/content-markdown.ts'
import { copyText } from '../../../app/clipboard.ts'

/** The selected part of a page as Markdown, or all of it where nothing is selected. */
export function readMarkdown({ state }: Pick<Editor, 'state'>): string {
  return toMarkdown(selectedDocument(state.doc, state.selection))
}

function selectedDocument(
  doc: Node,
  { from, to, empty }: { from: number; to: number; empty: boolean },
): Node {
  if (empty) return doc
  const part = doc.cut(from, to)
  // Blocks around that are only cut into are kept: an item of a list is still one.
  return part.childCount === 0 ? doc : part
}

/** Copies it; answers whether that worked, or why it cannot be Markdown. */
export async function copyMarkdown(editor: Editor): Promise<'copied' | 'refused' | 'failed'> {
  try {
    return (await copyText(readMarkdown(editor))) ? 'copied' : 'refused'
  } catch {
    // There is something that Markdown cannot say.
    return 'failed'
  }
}
