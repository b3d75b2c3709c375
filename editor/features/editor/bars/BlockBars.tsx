import type { Node } from '@tiptap/pm/model'
import { NodeSelection } from '@tiptap/pm/state'
import { type Editor, useEditorState } from '@tiptap/react'
import { type ComponentType, useRef, useState } from 'react'
import { Floating, rectOfNode } from '../Floating.tsx'
import { useLinger } from '../use-linger.ts'
import { useRovingFocus } from '../use-roving-focus.ts'
import classes from './Bar.module.css'
import { CalloutBar } from './CalloutBar.tsx'
import { CodeBar } from './CodeBar.tsx'
import { ImageBar } from './ImageBar.tsx'
import { TableBar } from './TableBar.tsx'

/** What a bar gets: the block that it belongs to, and where that begins. */
export interface BarProps {
  readonly editor: Editor
  readonly node: Node
  readonly at: number
}

const BARS: Record<string, { label: string; Bar: ComponentType<BarProps> }> = {
  table: { label: 'Table', Bar: TableBar },
  codeBlock: { label: 'Code block', Bar: CodeBar },
  callout: { label: 'Callout', Bar: CalloutBar },
  image: { label: 'Image', Bar: ImageBar },
}

/** The tools of the block that somebody writes in, above it: of a table, a code block, a callout, an image. */
export function BlockBars({ editor }: { editor: Editor }) {
  const found = useEditorState({
    editor,
    selector: ({ editor: current }) => findBarBlock(current),
    // Nodes are made anew whenever somebody writes: what counts is where and what.
    equalityFn: (one, other) => one?.at === other?.at && one?.node === other?.node,
  })
  const isFocused = useEditorState({ editor, selector: ({ editor: current }) => current.isFocused })
  const [isInside, setInside] = useState(false)
  const strip = useRef<HTMLDivElement>(null)
  const rovingFocus = useRovingFocus(strip)
  const isUsed = useLinger(isFocused || isInside)
  if (found === null || !isUsed) return null
  const known = BARS[found.node.type.name]
  if (known === undefined) return null
  const { label, Bar } = known
  return (
    <Floating
      key={found.node.type.name}
      editor={editor}
      place="above-end"
      getRect={() => rectOfNode(editor, found.at)}
      role="toolbar"
      aria-label={label}
      data-testid="block-bar"
      onFocus={() => setInside(true)}
      onBlur={({ currentTarget, relatedTarget }) =>
        setInside(relatedTarget instanceof globalThis.Node && currentTarget.contains(relatedTarget))
      }
      onKeyDown={(event) => {
        if (event.key === 'Escape') editor.commands.focus()
      }}
    >
      <div ref={strip} className={classes.bar} {...rovingFocus}>
        <Bar editor={editor} node={found.node} at={found.at} />
      </div>
    </Floating>
  )
}

function findBarBlock({ state, isEditable }: Editor): { node: Node; at: number } | null {
  const { selection } = state
  if (!isEditable) return null
  if (selection instanceof NodeSelection && BARS[selection.node.type.name] !== undefined)
    return { node: selection.node, at: selection.from }
  const { $from } = selection
  for (let depth = $from.depth; depth > 0; depth--) {
    const node = $from.node(depth)
    if (BARS[node.type.name] !== undefined) return { node, at: $from.before(depth) }
  }
  return null
}
