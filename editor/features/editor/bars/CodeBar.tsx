import { NativeSelect } from '@mantine/core'
import { IconCheck, IconCopy } from '@tabler/icons-react'
import { useState } from 'react'
import { copyText } from '../../../app/clipboard.ts'
import { CODE_LANGUAGES } from '../code/languages.ts'
import { ToolbarButton } from '../ToolbarButton.tsx'
import type { BarProps } from './BlockBars.tsx'

/** The language of a code block, and its text for elsewhere. */
export function CodeBar({ editor, node, at }: BarProps) {
  const [isCopied, setCopied] = useState(false)
  const language: unknown = node.attrs['language']
  const present = typeof language === 'string' ? language : ''
  const isListed = present === '' || CODE_LANGUAGES.some(({ value }) => value === present)
  return (
    <>
      <NativeSelect
        aria-label="Language"
        size="xs"
        value={present}
        data={[
          { value: '', label: 'Plain text' },
          ...(isListed ? [] : [{ value: present, label: present }]),
          ...CODE_LANGUAGES,
        ]}
        onChange={({ currentTarget }) => {
          const next = currentTarget.value === '' ? null : currentTarget.value
          const { tr } = editor.state
          if (tr.doc.nodeAt(at)?.type === node.type)
            editor.view.dispatch(tr.setNodeAttribute(at, 'language', next))
          editor.commands.focus()
        }}
      />
      <ToolbarButton
        label={isCopied ? 'Copied' : 'Copy the code'}
        Icon={isCopied ? IconCheck : IconCopy}
        isDisabled={false}
        onRun={() => void copyText(node.textContent).then(setCopied)}
      />
    </>
  )
}
