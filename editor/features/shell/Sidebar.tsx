import { PersonMenu } from '../account/PersonMenu.tsx'
import { NewPageButton } from '../page-tree/NewPageButton.tsx'
import { PageTree } from '../page-tree/PageTree.tsx'
import classes from './Sidebar.module.css'
import { Wordmark } from './Wordmark.tsx'

/** Where one is: the drives and their pages, and who one is. */
export function Sidebar() {
  return (
    <div className={classes.sidebar}>
      <div className={classes.head}>
        <Wordmark />
      </div>
      <div className={classes.create}>
        <NewPageButton />
      </div>
      <div className={classes.pages}>
        <PageTree />
      </div>
      <div className={classes.foot}>
        <PersonMenu />
      </div>
    </div>
  )
}
