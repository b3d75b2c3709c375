import { useEffect, useRef } from 'react'
import classes from './PageTitle.module.css'
import type { PageTitleState } from './use-page-title.ts'

/** The title, large, and edited where it stands. Enter goes on into the text. */
export function PageTitle(props: {
  title: PageTitleState
  isEditable: boolean
  /** A page that was just made is named first. */
  isFocusedAtFirst: boolean
  onEnter: () => void
}) {
  const { title, isEditable, isFocusedAtFirst, onEnter } = props
  const field = useRef<HTMLTextAreaElement>(null)

  // biome-ignore lint/correctness/useExhaustiveDependencies: a new title may need more or fewer lines
  useEffect(() => {
    const element = field.current
    if (!element || CSS.supports('field-sizing', 'content')) return
    element.style.height = 'auto'
    element.style.height = `${element.scrollHeight}px`
  }, [title.value])

  useEffect(() => {
    if (isFocusedAtFirst) field.current?.focus()
  }, [isFocusedAtFirst])

  return (
    <div className={classes.wrapper}>
      <textarea
        ref={field}
        rows={1}
        dir="auto"
        className={classes.title}
        data-testid="page-title"
        aria-label="Title of the page"
        placeholder="Untitled"
        value={title.value}
        readOnly={!isEditable}
        maxLength={200}
        spellCheck
        onChange={(event) => title.change(event.currentTarget.value)}
        onBlur={title.save}
        onKeyDown={(event) => {
          if (event.key !== 'Enter' || event.nativeEvent.isComposing) return
          event.preventDefault()
          title.save()
          onEnter()
        }}
      />
      {title.failure && (
        <p className={classes.failure} role="alert">
          The title is not saved. {title.failure}{' '}
          <button type="button" onClick={title.save}>
            Try again
          </button>
        </p>
      )}
    </div>
  )
}
