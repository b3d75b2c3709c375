import { IconBoxOff } from '@tabler/icons-react'
import { CALLOUTS } from '../blocks/block-items.ts'
import { ToolbarButton } from '../ToolbarButton.tsx'
import type { BarProps } from './BlockBars.tsx'

/** What a callout is for, and the way out of it. */
export function CalloutBar({ editor, node }: BarProps) {
  return (
    <>
      {CALLOUTS.map(({ kind, label, Icon }) => (
        <ToolbarButton
          key={kind}
          label={label}
          Icon={Icon}
          isActive={node.attrs['kind'] === kind}
          isDisabled={false}
          onRun={() => editor.chain().focus().setCallout(kind).run()}
        />
      ))}
      <ToolbarButton
        label="Remove the callout"
        hint="what is in it stays"
        Icon={IconBoxOff}
        isDisabled={false}
        onRun={() => editor.chain().focus().unsetCallout().run()}
      />
    </>
  )
}
