import type { JSONContent } from '@tiptap/core'
import { COMMENT_MARK } from '../../shared/document/comment.ts'

/**
 * TipTap JSON without the marks of comments, as those read a page who are not told of them: what says the same
 * is the same, commented on or not. `isDropped` picks the threads whose marks go; all of them if it is not given.
 */
export function withoutComments(
  node: JSONContent,
  isDropped: (threadId: unknown) => boolean = () => true,
): JSONContent {
  const { marks, content } = node
  const kept = marks?.filter(({ type, attrs }) => type !== COMMENT_MARK || !isDropped(attrs?.['threadId']))
  const { marks: _marks, ...rest } = node
  return {
    ...rest,
    ...(kept === undefined || kept.length === 0 ? {} : { marks: kept }),
    ...(content === undefined
      ? {}
      : { content: joinTexts(content.map((child) => withoutComments(child, isDropped))) }),
  }
}

/** Texts that only a comment has kept apart are one again. */
function joinTexts(nodes: readonly JSONContent[]): JSONContent[] {
  const joined: JSONContent[] = []
  for (const node of nodes) {
    const last = joined.at(-1)
    const isSame =
      last?.text !== undefined &&
      node.text !== undefined &&
      JSON.stringify(last.marks ?? []) === JSON.stringify(node.marks ?? [])
    if (isSame) joined[joined.length - 1] = { ...last, text: `${last.text}${node.text}` }
    else joined.push(node)
  }
  return joined
}
