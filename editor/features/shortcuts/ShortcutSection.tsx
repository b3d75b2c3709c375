import { useLocalStorage } from '@mantine/hooks'
import { IconChevronRight } from '@tabler/icons-react'
import { useId } from 'react'
import { Link } from 'wouter'
import { PageIcon } from '../page-tree/PageIcon.tsx'
import { useCurrentPage } from '../page-tree/use-current-page.ts'
import classes from './ShortcutSection.module.css'

/** A page that one can go to, as far as it needs to be known for that. */
export interface PageShortcut {
  readonly id: string
  readonly title: string
  readonly icon: string | null
}

/** A few pages under a heading that folds. Without pages there is no heading either. */
export function ShortcutSection(props: {
  /** Under which name it is remembered whether it is folded. */
  name: string
  heading: string
  isOpenAtFirst: boolean
  pages: readonly PageShortcut[]
}) {
  const { name, heading, pages } = props
  const [isOpen, setOpen] = useLocalStorage({
    ...{ key: `copydesk:section:${name}`, defaultValue: props.isOpenAtFirst },
    getInitialValueInEffect: false,
  })
  const current = useCurrentPage()
  const id = useId()
  if (pages.length === 0) return null
  return (
    <section className={classes.section} aria-labelledby={id} data-testid={`section-${name}`}>
      <h2 className={classes.heading} id={id}>
        <button
          type="button"
          className={classes.toggle}
          aria-expanded={isOpen}
          onClick={() => setOpen(!isOpen)}
        >
          <IconChevronRight size={13} stroke={2} aria-hidden="true" />
          {heading}
        </button>
      </h2>
      {isOpen && (
        <ul className={classes.list}>
          {pages.map((page) => (
            <li key={page.id}>
              <Link
                href={`/pages/${page.id}`}
                className={classes.link}
                aria-current={current?.id === page.id ? 'page' : undefined}
              >
                <PageIcon icon={page.icon} />
                <span className={classes.title} dir="auto">
                  {page.title || 'Untitled'}
                </span>
              </Link>
            </li>
          ))}
        </ul>
      )}
    </section>
  )
}
