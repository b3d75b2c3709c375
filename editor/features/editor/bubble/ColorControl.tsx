import { Popover, UnstyledButton } from '@mantine/core'
import { IconPalette } from '@tabler/icons-react'
import { type Editor, useEditorState } from '@tiptap/react'
import { useState } from 'react'
import { DOCUMENT_COLORS, type DocumentColor, isDocumentColor } from '../../../../shared/document/colors.ts'
import { ToolbarButton } from '../ToolbarButton.tsx'
import classes from './ColorControl.module.css'

/** The colour of the selected text and of what is behind it. */
export function ColorControl({ editor, isEditable }: { editor: Editor; isEditable: boolean }) {
  const [isOpen, setOpen] = useState(false)
  const { ink, paper } = useEditorState({
    editor,
    selector: ({ editor: current }) => ({
      ink: readColor(current, 'textColor'),
      paper: readColor(current, 'highlight'),
    }),
  })
  const apply = (run: () => void) => {
    run()
    setOpen(false)
  }
  const setInk = (color: DocumentColor | null) => {
    const chain = editor.chain().focus()
    if (color === null) chain.unsetTextColor().run()
    else chain.setTextColor(color).run()
  }
  const setPaper = (color: DocumentColor | null) => {
    const chain = editor.chain().focus()
    if (color === null) chain.unsetMark('highlight').run()
    else chain.setMark('highlight', { color }).run()
  }
  return (
    <Popover
      opened={isOpen}
      onChange={setOpen}
      position="bottom"
      shadow="md"
      trapFocus
      returnFocus={false}
      withRoles={false}
    >
      <Popover.Target>
        <span>
          <ToolbarButton
            label="Colours"
            Icon={IconPalette}
            hasTooltip={!isOpen}
            isActive={ink !== null || paper !== null}
            isDisabled={!isEditable}
            aria-haspopup="dialog"
            aria-expanded={isOpen}
            onRun={() => setOpen((before) => !before)}
          />
        </span>
      </Popover.Target>
      <Popover.Dropdown
        role="dialog"
        aria-label="Colours"
        onKeyDown={(event) => {
          if (event.key !== 'Escape') return
          event.stopPropagation()
          setOpen(false)
          editor.commands.focus()
        }}
      >
        <p className={classes.heading}>Text</p>
        <Swatches kind="text" present={ink} onChoose={(color) => apply(() => setInk(color))} />
        <p className={classes.heading}>Highlight</p>
        <Swatches kind="highlight" present={paper} onChoose={(color) => apply(() => setPaper(color))} />
      </Popover.Dropdown>
    </Popover>
  )
}

function Swatches(props: {
  kind: 'text' | 'highlight'
  present: DocumentColor | null
  onChoose: (color: DocumentColor | null) => void
}) {
  const { kind, present, onChoose } = props
  return (
    <div className={classes.swatches}>
      {[null, ...DOCUMENT_COLORS].map((color) => (
        <UnstyledButton
          key={color ?? 'none'}
          className={classes.swatch}
          aria-label={color === null ? `No ${kind} colour` : `${capitalize(color)} ${kind}`}
          aria-pressed={color === present}
          style={
            color === null
              ? {}
              : kind === 'text'
                ? { color: `var(--page-${color})` }
                : { background: `var(--page-${color}-paper)` }
          }
          onClick={() => onChoose(color)}
        >
          {color === null ? '∅' : kind === 'text' ? 'A' : ''}
        </UnstyledButton>
      ))}
    </div>
  )
}

const capitalize = (word: string) => word.charAt(0).toUpperCase() + word.slice(1)

function readColor(editor: Editor, mark: 'textColor' | 'highlight'): DocumentColor | null {
  const color: unknown = editor.isActive(mark) ? editor.getAttributes(mark)['color'] : null
  return isDocumentColor(color) ? color : null
}
