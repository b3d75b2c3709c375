import { Button, TextInput } from '@mantine/core'
import { IconArrowDown, IconArrowUp, IconLetterCase, IconTextWrapDisabled, IconX } from '@tabler/icons-react'
import { type Editor, useEditorState } from '@tiptap/react'
import { useEffect, useRef, useState } from 'react'
import { ToolbarButton } from '../ToolbarButton.tsx'
import classes from './FindBar.module.css'
import { countFound, runFind, setFind } from './find-in-page.ts'

/** Finds words in the page, and puts others in their place. */
export function FindBar(props: { editor: Editor; isEditable: boolean; onClose: () => void }) {
  const { editor, isEditable, onClose } = props
  const [search, setSearch] = useState(() => readSelected(editor))
  const [replace, setReplace] = useState('')
  const [caseSensitive, setCaseSensitive] = useState(false)
  const [wholeWord, setWholeWord] = useState(false)
  const { count, current } = useEditorState({ editor, selector: ({ editor: now }) => countFound(now) })

  useEffect(() => {
    setFind(editor, { search, replace, caseSensitive, wholeWord })
  }, [editor, search, replace, caseSensitive, wholeWord])
  useEffect(
    () => () => {
      if (!editor.isDestroyed)
        setFind(editor, { search: '', replace: '', caseSensitive: false, wholeWord: false })
    },
    [editor],
  )
  const field = useRef<HTMLInputElement>(null)
  const replaceFrom = (step: 'replace' | 'replace-all') => {
    runFind(editor, step)
    // The button may have nothing more to do, and would lose the focus.
    field.current?.focus()
  }
  const close = () => {
    onClose()
    if (!editor.isDestroyed) editor.commands.focus()
  }
  const words = search === '' ? '' : count === 0 ? 'Not found' : `${current || '–'} of ${count}`
  return (
    <search
      className={classes.bar}
      aria-label="Find in the page"
      data-testid="find-bar"
      onKeyDown={(event) => {
        if (event.key !== 'Escape') return
        event.stopPropagation()
        close()
      }}
    >
      <div className={classes.row}>
        <TextInput
          className={classes.field ?? ''}
          ref={field}
          aria-label="Find"
          placeholder="Find"
          size="xs"
          autoFocus
          value={search}
          onFocus={({ currentTarget }) => currentTarget.select()}
          onChange={({ currentTarget }) => setSearch(currentTarget.value)}
          onKeyDown={({ key, shiftKey }) => {
            if (key === 'Enter') runFind(editor, shiftKey ? 'previous' : 'next')
          }}
        />
        <span className={classes.count} role="status">
          {words}
        </span>
        <ToolbarButton
          label="Previous"
          shortcut="Shift-Enter"
          Icon={IconArrowUp}
          isDisabled={count === 0}
          onRun={() => runFind(editor, 'previous')}
        />
        <ToolbarButton
          label="Next"
          shortcut="Enter"
          Icon={IconArrowDown}
          isDisabled={count === 0}
          onRun={() => runFind(editor, 'next')}
        />
        <ToolbarButton label="Close" shortcut="Esc" Icon={IconX} isDisabled={false} onRun={close} />
      </div>
      <div className={classes.row}>
        {isEditable && (
          <>
            <TextInput
              className={classes.field ?? ''}
              aria-label="Replace with"
              placeholder="Replace with"
              size="xs"
              value={replace}
              onChange={({ currentTarget }) => setReplace(currentTarget.value)}
              onKeyDown={({ key }) => {
                if (key === 'Enter') runFind(editor, 'replace')
              }}
            />
            <Button
              size="compact-xs"
              variant="default"
              disabled={count === 0}
              onClick={() => replaceFrom('replace')}
            >
              Replace
            </Button>
            <Button
              size="compact-xs"
              variant="default"
              disabled={count === 0}
              onClick={() => replaceFrom('replace-all')}
            >
              All
            </Button>
          </>
        )}
        <ToolbarButton
          label="Match capitals"
          Icon={IconLetterCase}
          isActive={caseSensitive}
          isDisabled={false}
          onRun={() => setCaseSensitive((before) => !before)}
        />
        <ToolbarButton
          label="Whole words only"
          Icon={IconTextWrapDisabled}
          isActive={wholeWord}
          isDisabled={false}
          onRun={() => setWholeWord((before) => !before)}
        />
      </div>
    </search>
  )
}

/** A few selected words are what somebody wants to find. */
function readSelected({ state }: Editor): string {
  const { from, to, $from, $to } = state.selection
  const text = $from.sameParent($to) ? state.doc.textBetween(from, to) : ''
  return text.length <= 80 ? text : ''
}
