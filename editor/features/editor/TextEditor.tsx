import { Editor, type Extensions } from '@tiptap/core'
import { memo, type RefObject, useEffect, useLayoutEffect, useRef, useState } from 'react'
import type { User } from '../../../shared/api/auth.ts'
import type { DocumentSession } from '../../collaboration/document-session.ts'
import { createEditorExtensions } from './create-editor-extensions.ts'
import type { ImageFiles } from './images/image-files.ts'
import type { OpenPage } from './open-links.ts'
import { carryUndoHistory } from './undo-history.ts'
import { useUnknownContent } from './use-unknown-content.ts'
import './prose.css'
import './blocks.css'
import '../presence/carets.css'

/**
 * The text itself, drawn when `isReady`: over a document that is still loading, the first letter would be written into an
 * empty page. All that can be made before is made while the text is on its way. Each key changes what is said around it:
 * it hears of nothing else.
 */
export const TextEditor = memo(function TextEditor(props: TextEditorProps) {
  const made = useRef<Editor | null>(null)
  const learnt = useUnknownContent(props.session.doc, made)
  const isRefused = props.isReady && !learnt.isShowable
  useLayoutEffect(() => {
    if (isRefused) props.onDrawn()
  }, [isRefused, props.onDrawn])
  if (!learnt.isShowable)
    return (
      <p role="alert" data-testid="unknown-content">
        A newer version of the editor is needed to show this page: reload. Nothing of it was changed.
      </p>
    )
  return <BoundEditor {...props} key={learnt.key} made={made} learnt={learnt.extensions} />
})

interface TextEditorProps {
  session: DocumentSession
  user: User
  files: ImageFiles
  /** Goes to another page, which a mention leads to. */
  openPage: OpenPage
  /** Whether the session's text is there to be drawn. */
  isReady: boolean
  /** Whether the text can be read already, in this one's place. */
  isRead: boolean
  /** Told when it is drawn, and could be shown: until then something else may stand in its place. */
  onDrawn: () => void
  isShown: boolean
  isEditable: boolean
  /** Hears of the editor when it shows the text, and with null when it goes. */
  onEditor: (editor: Editor | null) => void
}

const ATTRIBUTES = {
  class: 'prose',
  'aria-label': 'Text of the page',
  role: 'textbox',
  'aria-multiline': 'true',
  spellcheck: 'true',
}

/**
 * TipTap's editor on a session's document. Made here instead of by TipTap's hook, which draws it at once, and a second
 * time for node views that are made with React; there are none here.
 */
function BoundEditor(props: TextEditorProps & { made: RefObject<Editor | null>; learnt: Extensions }) {
  const { session, user, files, openPage, isReady, isShown, isEditable, made, learnt, onDrawn, onEditor } =
    props
  const isRead = useRef(props.isRead)
  isRead.current = props.isRead
  const [editor, setEditor] = useState<Editor | null>(null)
  const place = useRef<HTMLDivElement>(null)
  const drawn = useRef<Editor>(null)

  // biome-ignore lint/correctness/useExhaustiveDependencies: what else it is made of is as old as the session
  useLayoutEffect(() => {
    const own = new Editor({
      element: null,
      extensions: createEditorExtensions({
        ...{ session, user, files, openPage, learnt },
        isRead: () => isRead.current,
      }),
      injectCSS: false,
      editorProps: { attributes: ATTRIBUTES },
    })
    made.current = own
    setEditor(own)
    return () => {
      if (made.current === own) made.current = null
      setEditor(null)
      // Behind all that still cleans up with it.
      setTimeout(() => own.destroy())
    }
  }, [session, user.id])

  useLayoutEffect(() => {
    if (!isReady || !editor) return
    if (drawn.current !== editor) {
      drawn.current = editor
      editor.setOptions({ editable: isEditable })
      // Off the page, which is laid out only once, with the text in it.
      editor.mount(document.createElement('div'))
      carryUndoHistory(session.doc, editor.state)
      onDrawn()
    } else if (editor.isEditable !== isEditable) editor.setEditable(isEditable)
    const { dom } = editor.view
    if (isShown && dom.parentNode !== place.current) place.current?.replaceChildren(dom)
  }, [session, editor, isReady, isShown, isEditable, onDrawn])

  useEffect(() => {
    if (!isShown || !editor) return
    onEditor(editor)
    return () => onEditor(null)
  }, [editor, isShown, onEditor])

  if (!isShown) return null
  return (
    <>
      <div ref={place} data-testid="editor" className="page-text" />
      {editor && isEditable && <Below editor={editor} />}
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
