import { type Editor, EditorContent, type Extensions, useEditor } from '@tiptap/react'
import { memo, useCallback, useEffect, useState } from 'react'
import type { User } from '../../../shared/api/auth.ts'
import type { DocumentSession } from '../../collaboration/document-session.ts'
import { createEditorExtensions } from './create-editor-extensions.ts'
import type { ImageFiles } from './images/image-files.ts'
import type { OpenPage } from './open-links.ts'
import { useUnknownContent } from './use-unknown-content.ts'
import './prose.css'
import './blocks.css'
import '../presence/carets.css'

/**
 * The text itself. Mounted only when the session is ready: over a document that is still loading, the first
 * letter would be written into an empty page. Each key changes what is said around it: it hears of nothing else.
 */
export const TextEditor = memo(function TextEditor(props: TextEditorProps) {
  const { session, onEditor } = props
  const [editor, setEditor] = useState<Editor | null>(null)
  const learnt = useUnknownContent(session.doc, editor)
  const report = useCallback(
    (next: Editor | null) => {
      setEditor(next)
      onEditor(next)
    },
    [onEditor],
  )
  if (!learnt.isShowable)
    return (
      <p role="alert" data-testid="unknown-content">
        A newer version of the editor is needed to show this page: reload. Nothing of it was changed.
      </p>
    )
  return <BoundEditor {...props} key={learnt.key} onEditor={report} learnt={learnt.extensions} />
})

interface TextEditorProps {
  session: DocumentSession
  user: User
  files: ImageFiles
  /** Goes to another page, which a mention leads to. */
  openPage: OpenPage
  isEditable: boolean
  onEditor: (editor: Editor | null) => void
}

function BoundEditor(props: TextEditorProps & { learnt: Extensions }) {
  const { session, user, files, openPage, isEditable, onEditor, learnt } = props
  const editor = useEditor(
    {
      extensions: createEditorExtensions(session, user, files, openPage, learnt),
      editable: isEditable,
      injectCSS: false,
      // TipTap draws the whole text a second time, for node views that are made with React. There are none here.
      onBeforeCreate: ({ editor: created }) => {
        created.createNodeViews = () => undefined
      },
      editorProps: {
        attributes: {
          class: 'prose',
          'aria-label': 'Text of the page',
          role: 'textbox',
          'aria-multiline': 'true',
          spellcheck: 'true',
        },
      },
    },
    [session, user.id],
  )

  useEffect(() => {
    if (editor.isEditable !== isEditable) editor.setEditable(isEditable)
  }, [editor, isEditable])

  useEffect(() => {
    onEditor(editor)
    return () => onEditor(null)
  }, [editor, onEditor])

  return (
    <>
      <EditorContent editor={editor} data-testid="editor" className="page-text" />
      {isEditable && <Below editor={editor} />}
    </>
  )
}

/** The empty paper below the text: a click there goes on writing. The keyboard gets there with the arrows. */
function Below({ editor }: { editor: Editor }) {
  return (
    <div
      className="page-text-below"
      aria-hidden="true"
      onMouseDown={(event) => {
        event.preventDefault()
        continueBelow(editor)
      }}
    />
  )
}

function continueBelow(editor: Editor): void {
  const { doc } = editor.state
  const isParagraphLast = doc.lastChild?.type.name === 'paragraph'
  const chain = editor.chain()
  if (!isParagraphLast) chain.insertContentAt(doc.content.size, { type: 'paragraph' })
  chain.focus('end').run()
}
