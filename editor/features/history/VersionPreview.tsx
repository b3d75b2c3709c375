import { Button } from '@mantine/core'
import { getSchema, type JSONContent } from '@tiptap/core'
import { EditorContent, useEditor } from '@tiptap/react'
import { useMemo } from 'react'
import { computeAuthorColor } from '../../../shared/colors.ts'
import { createDocumentExtensions } from '../../../shared/document/extensions.ts'
import type { ImageFiles } from '../editor/images/image-files.ts'
import { createImageExtension } from '../editor/images/image-view.ts'
import { withPageTables } from '../editor/page-tables.ts'
import { PersonAvatar } from '../presence/PersonAvatar.tsx'
import { createChangeMarks, UNKNOWN_AUTHOR } from './change-marks.ts'
import classes from './History.module.css'
import { useVersionChanges, type VersionChanges, type VersionStep } from './use-version-changes.ts'

/** A page as it was, with what the version changed and who did it. */
export function VersionPreview(props: { pageId: string; step: VersionStep; files: ImageFiles }) {
  const { pageId, step, files } = props
  const changes = useVersionChanges(pageId, step)
  if (changes.isPending)
    return (
      <p role="status" className={classes.note}>
        Reading the version…
      </p>
    )
  if (changes.isError)
    return (
      <div role="alert" className={classes.note}>
        <p>This version cannot be read now. {changes.error.message}</p>
        <Button size="xs" variant="default" onClick={() => void changes.refetch()}>
          Try again
        </Button>
      </div>
    )
  return <ShownChanges key={changes.dataUpdatedAt} changes={changes.data} files={files} />
}

function ShownChanges({ changes, files }: { changes: VersionChanges; files: ImageFiles }) {
  const shown = useMemo(() => toShowable(changes, files), [changes, files])
  if (shown === null)
    return (
      <p role="alert" className={classes.note}>
        A newer version of the editor is needed to show this. Nothing of it is lost; it can be restored.
      </p>
    )
  const authors = listAuthors(changes)
  const isUnchanged = changes.blocks.every(({ change }) => change === 'same')
  return (
    <>
      <ul className={classes.legend} aria-label="Who changed the page in this version">
        {authors.map(({ id, name }) => (
          <li key={id}>
            <PersonAvatar name={name} color={computeAuthorColor(id)} size={20} /> {name}
          </li>
        ))}
        {isUnchanged && <li>Nothing changed since the version before.</li>}
      </ul>
      <ReadOnlyText {...shown} />
    </>
  )
}

function ReadOnlyText({ extensions, content }: NonNullable<ReturnType<typeof toShowable>>) {
  const editor = useEditor({
    ...{ extensions, content, editable: false, injectCSS: false },
    editorProps: { attributes: { class: 'prose', 'aria-label': 'Text of the version', role: 'document' } },
  })
  return <EditorContent editor={editor} className="page-text" data-testid="version-text" />
}

/** Null where the schema does not know what the version holds: showing a part of it would be a lie. */
function toShowable(changes: VersionChanges, files: ImageFiles) {
  const known = createDocumentExtensions().map((extension) =>
    extension.name === 'image' ? createImageExtension(files) : withPageTables(extension),
  )
  const blocks = changes.blocks.map(({ block }) => block as JSONContent)
  const content: JSONContent = { type: 'doc', content: blocks.length > 0 ? blocks : [{ type: 'paragraph' }] }
  try {
    getSchema(known).nodeFromJSON(content)
  } catch {
    return null
  }
  return { extensions: [...known, createChangeMarks(changes)], content }
}

/** Who wrote what is news in the version, in the order of the text. */
function listAuthors({ authors, since }: VersionChanges): { id: string; name: string }[] {
  const found = new Map<string, string>()
  for (const { author, at } of authors)
    if (author !== null && at !== null && (since === null || at > since))
      found.set(author.id, author.name || UNKNOWN_AUTHOR)
  return [...found].map(([id, name]) => ({ id, name }))
}
