import { type Editor, useEditorState } from '@tiptap/react'
import { useEffect, useId, useRef, useState } from 'react'
import { Floating, rectOfText } from '../Floating.tsx'
import type { MenuOption } from './menu-option.ts'
import classes from './TriggerMenu.module.css'
import { dismissTrigger, openTrigger, setTriggerKeys, type Trigger } from './trigger-menu.ts'
import { useMenuContent } from './use-menu-content.tsx'

/** The menu of the sign that was just typed: blocks for `/`, people and pages for `@`, emoji for `:`. */
export function TriggerMenu({ editor, driveId }: { editor: Editor; driveId: string | null }) {
  const trigger = useEditorState({ editor, selector: ({ editor: current }) => openTrigger(current) })
  return trigger && <OpenMenu key={trigger.kind} editor={editor} trigger={trigger} driveId={driveId} />
}

function OpenMenu(props: { editor: Editor; trigger: Trigger; driveId: string | null }) {
  const { editor, trigger, driveId } = props
  const { label, options, words } = useMenuContent(trigger, driveId)
  const [chosen, setChosen] = useState({ query: trigger.query, index: 0 })
  const index = chosen.query === trigger.query ? Math.min(chosen.index, options.length - 1) : 0
  const menuId = useId()
  const optionId = (at: number) => `${menuId}-${at}`
  const isShown = options.length > 0 || words !== null

  const choose = (option: MenuOption) => {
    // Where it is now: others may have written meanwhile.
    const present = openTrigger(editor)
    if (present === null) return
    editor.chain().focus().deleteRange(present).run()
    option.run(editor)
  }
  const move = (to: number) =>
    setChosen({ query: trigger.query, index: (to + options.length) % Math.max(1, options.length) })

  const answer = (event: KeyboardEvent): boolean => {
    if (event.ctrlKey || event.metaKey || event.altKey) return false
    if (event.key === 'Escape') {
      dismissTrigger(editor)
      return true
    }
    const written = `${openTrigger(editor)?.query.toLowerCase()}${event.key}`
    const option = options.find(({ writtenOut }) => writtenOut?.includes(written)) ?? options[index]
    if (option === undefined) return false
    if (event.key === 'ArrowDown') move(index + 1)
    else if (event.key === 'ArrowUp') move(index - 1)
    else if ((event.key === 'Enter' || event.key === 'Tab') && !event.shiftKey) choose(option)
    else if (option.writtenOut?.includes(written)) choose(option)
    else return false
    return true
  }
  const latest = useRef(answer)
  latest.current = answer
  useEffect(() => {
    setTriggerKeys(editor, (event) => latest.current(event))
    return () => setTriggerKeys(editor, null)
  }, [editor])

  const active = options.length > 0 ? optionId(index) : null
  useEffect(() => {
    const { dom } = editor.view
    if (active !== null) {
      dom.setAttribute('aria-controls', menuId)
      dom.setAttribute('aria-activedescendant', active)
      document.getElementById(active)?.scrollIntoView({ block: 'nearest' })
    }
    return () => {
      dom.removeAttribute('aria-controls')
      dom.removeAttribute('aria-activedescendant')
    }
  }, [editor, menuId, active])

  if (!isShown) return null
  return (
    <Floating
      editor={editor}
      place="below"
      getRect={() => rectOfText(editor, trigger.from, trigger.from)}
      data-testid="trigger-menu"
    >
      <div role="listbox" id={menuId} aria-label={label} className={classes.menu}>
        {options.map((option, at) => (
          <Option
            key={option.id}
            id={optionId(at)}
            option={option}
            isFirstOfGroup={options[at - 1]?.group !== option.group}
            isSelected={at === index}
            onPoint={() => move(at)}
            onChoose={() => choose(option)}
          />
        ))}
        {options.length === 0 && (
          <div
            role="option"
            aria-selected="false"
            aria-disabled="true"
            tabIndex={-1}
            className={classes.words}
          >
            {words}
          </div>
        )}
      </div>
    </Floating>
  )
}

function Option(props: {
  id: string
  option: MenuOption
  isFirstOfGroup: boolean
  isSelected: boolean
  onPoint: () => void
  onChoose: () => void
}) {
  const { id, option, isFirstOfGroup, isSelected, onPoint, onChoose } = props
  return (
    <>
      {isFirstOfGroup && (
        <div role="presentation" className={classes.group}>
          {option.group}
        </div>
      )}
      {/* biome-ignore lint/a11y/useKeyWithClickEvents: the keys are the text's, see aria-activedescendant */}
      <div
        role="option"
        id={id}
        tabIndex={-1}
        aria-selected={isSelected}
        className={classes.option}
        onMouseMove={() => !isSelected && onPoint()}
        onMouseDown={(event) => event.preventDefault()}
        onClick={onChoose}
      >
        <span className={classes.picture} aria-hidden="true">
          {option.picture}
        </span>
        <span className={classes.label}>{option.label}</span>
        {option.detail && <span className={classes.detail}>{option.detail}</span>}
      </div>
    </>
  )
}
