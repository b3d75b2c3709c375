import { Button, Popover, UnstyledButton } from '@mantine/core'
import { IconListTree } from '@tabler/icons-react'
import { TextSelection } from '@tiptap/pm/state'
import type { Editor } from '@tiptap/react'
import { useEffect, useState } from 'react'
import { openDetailsAround } from '../blocks/open-details.ts'
import { copyMarkdown } from '../clipboard/copy-markdown.ts'
import classes from './PageFacts.module.css'
import { countText, type OutlineEntry, readOutline, type TextCount } from './read-outline.ts'

/** How long nobody has written before it is counted again, ms. */
const PAUSE_MS = 400
/** How many words people read in a minute. */
const WORDS_A_MINUTE = 220

/** How long the page is, its table of contents, and its text as Markdown. */
export function PageFacts({ editor }: { editor: Editor }) {
  const [isOpen, setOpen] = useState(false)
  const [facts, setFacts] = useState<{ outline: OutlineEntry[]; count: TextCount } | null>(null)
  const [copied, setCopied] = useState<'none' | 'copied' | 'refused' | 'failed'>('none')
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined
    const read = () => {
      const { doc } = editor.state
      setFacts({ outline: readOutline(doc), count: countText(doc) })
    }
    const wait = () => {
      clearTimeout(timer)
      timer = setTimeout(read, PAUSE_MS)
    }
    wait()
    editor.on('update', wait)
    return () => {
      clearTimeout(timer)
      editor.off('update', wait)
    }
  }, [editor])
  if (facts === null) return null
  const { outline, count } = facts
  const words = `${count.words.toLocaleString()} ${count.words === 1 ? 'word' : 'words'}`
  const goTo = ({ at }: OutlineEntry) => {
    setOpen(false)
    const { view } = editor
    if (at >= view.state.doc.content.size) return
    view.dispatch(view.state.tr.setSelection(TextSelection.near(view.state.doc.resolve(at + 1))))
    const dom = view.nodeDOM(at)
    if (dom instanceof Element) {
      openDetailsAround(dom)
      dom.scrollIntoView({ block: 'center' })
    }
    view.focus()
  }
  return (
    <div className={classes.facts}>
      <Popover
        opened={isOpen}
        onChange={setOpen}
        onClose={() => setCopied('none')}
        position="top-end"
        width={280}
        shadow="md"
        trapFocus
      >
        <Popover.Target>
          <Button
            className={classes.button ?? ''}
            size="compact-sm"
            variant="default"
            aria-label={`Contents, ${words}`}
            leftSection={<IconListTree size={15} stroke={1.7} />}
            onClick={() => setOpen((before) => !before)}
            data-testid="page-facts"
          >
            {words}
          </Button>
        </Popover.Target>
        <Popover.Dropdown>
          {outline.length === 0 ? (
            <p className={classes.none}>Headings of the page will stand here.</p>
          ) : (
            <nav aria-label="Contents of the page">
              <ol className={classes.outline}>
                {outline.map((entry) => (
                  <li key={entry.at}>
                    <UnstyledButton
                      className={classes.entry}
                      data-level={entry.level}
                      onClick={() => goTo(entry)}
                    >
                      {entry.text}
                    </UnstyledButton>
                  </li>
                ))}
              </ol>
            </nav>
          )}
          <p className={classes.counts}>
            {words}, {count.characters.toLocaleString()} characters, about{' '}
            {Math.max(1, Math.round(count.words / WORDS_A_MINUTE))} min to read
          </p>
          <Button
            size="compact-sm"
            variant="subtle"
            mt={6}
            onClick={() => void copyMarkdown(editor).then(setCopied)}
          >
            {COPY_WORDS[copied]}
          </Button>
        </Popover.Dropdown>
      </Popover>
    </div>
  )
}

const COPY_WORDS = {
  none: 'Copy as Markdown',
  copied: 'Copied',
  refused: 'Could not copy',
  failed: 'Markdown cannot say what is here',
}
