import { TextInput } from '@mantine/core'
import { IconAlignCenter, IconAlignLeft, IconAlignRight, IconTrash } from '@tabler/icons-react'
import { NodeSelection } from '@tiptap/pm/state'
import { useState } from 'react'
import type { ImageAlignment } from '../../../../shared/document/image.ts'
import { ToolbarButton } from '../ToolbarButton.tsx'
import classes from './Bar.module.css'
import type { BarProps } from './BlockBars.tsx'

const ALIGNMENTS = [
  { align: 'left', label: 'Left', Icon: IconAlignLeft },
  { align: 'center', label: 'In the middle', Icon: IconAlignCenter },
  { align: 'right', label: 'Right', Icon: IconAlignRight },
] as const satisfies readonly { align: ImageAlignment; label: string; Icon: typeof IconAlignLeft }[]

/** The longest description of an image, characters. */
const MAX_ALT = 500

/** What an image shows, in words, where it stands, and its removal. */
export function ImageBar({ editor, node, at }: BarProps) {
  const present: unknown = node.attrs['alt']
  const [draft, setDraft] = useState<string | null>(null)
  const set = (attribute: 'alt' | 'align', value: string | null) => {
    const { tr } = editor.state
    if (tr.doc.nodeAt(at)?.type !== node.type) return
    tr.setNodeAttribute(at, attribute, value)
    editor.view.dispatch(tr.setSelection(NodeSelection.create(tr.doc, at)))
  }
  const saveAlt = () => {
    if (draft !== null && draft !== (present ?? '')) set('alt', draft.trim() === '' ? null : draft.trim())
    setDraft(null)
  }
  return (
    <>
      <TextInput
        className={classes.alt ?? ''}
        aria-label="What the image shows"
        placeholder="Describe it for who cannot see it"
        size="xs"
        maxLength={MAX_ALT}
        value={draft ?? (typeof present === 'string' ? present : '')}
        onChange={({ currentTarget }) => setDraft(currentTarget.value)}
        onBlur={saveAlt}
        onKeyDown={({ key }) => {
          if (key !== 'Enter') return
          saveAlt()
          editor.commands.focus()
        }}
      />
      {ALIGNMENTS.map(({ align, label, Icon }) => (
        <ToolbarButton
          key={align}
          label={label}
          Icon={Icon}
          isActive={(node.attrs['align'] ?? 'center') === align}
          isDisabled={false}
          onRun={() => set('align', align === 'center' ? null : align)}
        />
      ))}
      <ToolbarButton
        label="Remove the image"
        Icon={IconTrash}
        isDisabled={false}
        onRun={() =>
          editor
            .chain()
            .focus()
            .deleteRange({ from: at, to: at + node.nodeSize })
            .run()
        }
      />
    </>
  )
}
