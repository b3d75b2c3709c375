import { TextSelection } from '@tiptap/pm/state'
import { type Editor, useEditorState } from '@tiptap/react'
import { type ReactNode, useEffect, useRef, useState } from 'react'
import { Floating, rectOfText } from '../Floating.tsx'
import { LinkControl } from '../LinkControl.tsx'
import { ToolbarButton } from '../ToolbarButton.tsx'
import { MARK_COMMANDS } from '../toolbar-commands.ts'
import { useLinger } from '../use-linger.ts'
import { useRovingFocus } from '../use-roving-focus.ts'
import { AlignControl } from './AlignControl.tsx'
import classes from './BubbleMenu.module.css'
import { ColorControl } from './ColorControl.tsx'

/** What can be done with the selected text, beside it. `extra` is what else is offered there. */
export function BubbleMenu({ editor, extra }: { editor: Editor; extra?: ReactNode }) {
  const state = useEditorState({
    editor,
    selector: ({ editor: current }) => ({
      isSelected: isTextSelected(current),
      isFocused: current.isFocused,
      active: MARK_COMMANDS.filter(({ active }) => active && current.isActive(active)).map(
        ({ label }) => label,
      ),
    }),
  })
  const [isInside, setInside] = useState(false)
  const isPointing = useIsPointing(editor)
  const strip = useRef<HTMLDivElement>(null)
  const rovingFocus = useRovingFocus(strip)
  const isUsed = useLinger(state.isFocused || isInside)
  if (!state.isSelected || isPointing || !isUsed) return null
  return (
    <Floating
      editor={editor}
      place="above"
      getRect={() => rectOfText(editor, editor.state.selection.from, editor.state.selection.to)}
      role="toolbar"
      aria-label="Selected text"
      data-testid="bubble-menu"
      onFocus={() => setInside(true)}
      onBlur={({ currentTarget, relatedTarget }) =>
        setInside(relatedTarget instanceof Node && currentTarget.contains(relatedTarget))
      }
      onKeyDown={(event) => {
        if (event.key === 'Escape') editor.commands.focus()
      }}
    >
      <div ref={strip} className={classes.bubble} {...rovingFocus}>
        {MARK_COMMANDS.map(({ label, shortcut, Icon, run }) => (
          <ToolbarButton
            key={label}
            {...{ label, shortcut, Icon }}
            isActive={state.active.includes(label)}
            isDisabled={false}
            onRun={() => run(editor)}
          />
        ))}
        <LinkControl editor={editor} isEditable hasShortcut={false} />
        <ColorControl editor={editor} isEditable />
        <AlignControl editor={editor} isEditable />
        {extra}
      </div>
    </Floating>
  )
}

function isTextSelected({ state, isEditable }: Editor): boolean {
  const { selection, doc } = state
  return (
    isEditable &&
    selection instanceof TextSelection &&
    !selection.empty &&
    selection.$from.parent.type.spec.code !== true &&
    doc.textBetween(selection.from, selection.to).length > 0
  )
}

/** Whether somebody is still dragging over the text. */
function useIsPointing({ view }: Editor): boolean {
  const [isPointing, setPointing] = useState(false)
  useEffect(() => {
    const { dom } = view
    const begin = () => setPointing(true)
    const end = () => setPointing(false)
    dom.addEventListener('pointerdown', begin)
    window.addEventListener('pointerup', end)
    window.addEventListener('pointercancel', end)
    return () => {
      dom.removeEventListener('pointerdown', begin)
      window.removeEventListener('pointerup', end)
      window.removeEventListener('pointercancel', end)
    }
  }, [view])
  return isPointing
}
