import type { Editor } from '@tiptap/react'
import { memo, type ReactNode } from 'react'
import { BlockBars } from './bars/BlockBars.tsx'
import { BlockHandle } from './blocks/BlockHandle.tsx'
import { BubbleMenu } from './bubble/BubbleMenu.tsx'
import { FindBar } from './find/FindBar.tsx'
import { CheatSheet } from './help/CheatSheet.tsx'
import { PagePreview } from './mentions/PagePreview.tsx'
import { PageFacts } from './outline/PageFacts.tsx'
import { TriggerMenu } from './triggers/TriggerMenu.tsx'

/** What is open beside the text. */
export type WritingPanel = 'find' | 'keyboard' | null

/** Everything around the text that is loaded behind it: menus, bars, the handle, finding, contents and help. */
export const WritingTools = memo(function WritingTools(props: {
  editor: Editor
  isEditable: boolean
  /** The page's drive, for its people and pages; null while it is not known. */
  driveId: string | null
  panel: WritingPanel
  onPanel: (panel: WritingPanel) => void
  /** What else is offered for selected text. */
  selectionExtra?: ReactNode
}) {
  const { editor, isEditable, driveId, panel, onPanel, selectionExtra } = props
  return (
    <>
      {isEditable && (
        <>
          <TriggerMenu editor={editor} driveId={driveId} />
          <BubbleMenu editor={editor} extra={selectionExtra} />
          <BlockBars editor={editor} />
          <BlockHandle editor={editor} />
        </>
      )}
      <PagePreview editor={editor} />
      <PageFacts editor={editor} />
      {panel === 'find' && <FindBar editor={editor} isEditable={isEditable} onClose={() => onPanel(null)} />}
      <CheatSheet isOpen={panel === 'keyboard'} onClose={() => onPanel(null)} />
    </>
  )
})
