import { IconSearch, IconTrash } from '@tabler/icons-react'
import { Link } from 'wouter'
import { PersonMenu } from '../account/PersonMenu.tsx'
import { NewPageButton } from '../page-tree/NewPageButton.tsx'
import { PageTree } from '../page-tree/PageTree.tsx'
import { Shortcuts } from '../shortcuts/Shortcuts.tsx'
import classes from './Sidebar.module.css'
import { useShell } from './shell-context.ts'
import { SEARCH_KEYS } from './use-search-keys.ts'
import { Wordmark } from './Wordmark.tsx'

/** Where one is: the drives and their pages, and who one is. */
export function Sidebar() {
  const { openSearch } = useShell()
  return (
    <div className={classes.sidebar}>
      <div className={classes.head}>
        <Wordmark />
      </div>
      <div className={classes.create}>
        <button type="button" className={classes.search} onClick={openSearch} data-testid="search-button">
          <IconSearch size={16} stroke={1.7} aria-hidden="true" />
          <span>Search</span>
          <kbd>{SEARCH_KEYS}</kbd>
        </button>
        <NewPageButton />
      </div>
      <div className={classes.pages}>
        <Shortcuts />
        <PageTree />
        <Link href="/trash" className={classes.trash}>
          <IconTrash size={16} stroke={1.6} aria-hidden="true" />
          Trash
        </Link>
      </div>
      <div className={classes.foot}>
        <PersonMenu />
      </div>
    </div>
  )
}
