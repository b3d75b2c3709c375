import { Modal } from '@mantine/core'
import { Fragment } from 'react'
import { formatShortcut, isAppleDevice } from '../toolbar-commands.ts'
import classes from './CheatSheet.module.css'
import { SHORTCUTS } from './shortcuts.ts'

/** All keys of the editor on one sheet. */
export function CheatSheet({ isOpen, onClose }: { isOpen: boolean; onClose: () => void }) {
  return (
    <Modal opened={isOpen} onClose={onClose} title="Keyboard" size="lg">
      <div className={classes.groups}>
        {SHORTCUTS.map(({ group, keys }) => (
          <section key={group} className={classes.group}>
            <h3>{group}</h3>
            <dl className={classes.keys}>
              {keys.map(([what, shortcut]) => (
                <Fragment key={what}>
                  <dt>{what}</dt>
                  <dd>
                    <kbd>{formatShortcut(shortcut, isAppleDevice)}</kbd>
                  </dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
      </div>
    </Modal>
  )
}
