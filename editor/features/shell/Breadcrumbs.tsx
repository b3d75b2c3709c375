import { Link } from 'wouter'
import { useBreadcrumbs } from '../../app/queries.ts'
import { PageIcon } from '../page-tree/PageIcon.tsx'
import classes from './Breadcrumbs.module.css'

/** How many pages above are named; of more, the ones in the middle are left out. */
const MAX_NAMED = 3

/** The way to the pages above the open one. Of a page at the top there is nothing to show. */
export function Breadcrumbs({ pageId }: { pageId: string }) {
  const { data } = useBreadcrumbs(pageId)
  const above = (data?.items ?? []).slice(0, -1)
  if (above.length === 0) return null
  const left = above.length > MAX_NAMED ? above.slice(1, above.length - MAX_NAMED + 1) : []
  const named = above.filter((page) => !left.includes(page))
  return (
    <nav className={classes.crumbs} aria-label="Breadcrumbs">
      <ol>
        {named.map((page, index) => (
          <li key={page.id}>
            {index === 1 && left.length > 0 && (
              <span className={classes.left} title={left.map(({ title }) => title || 'Untitled').join(' / ')}>
                … /{' '}
              </span>
            )}
            <Link href={`/pages/${page.id}`} dir="auto">
              {page.icon && <PageIcon icon={page.icon} size={14} />}
              {page.title || 'Untitled'}
            </Link>
          </li>
        ))}
      </ol>
    </nav>
  )
}
