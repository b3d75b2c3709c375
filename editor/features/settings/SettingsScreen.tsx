import { type MantineColorScheme, SegmentedControl, useMantineColorScheme } from '@mantine/core'
import '@mantine/core/styles/FloatingIndicator.css'
import '@mantine/core/styles/SegmentedControl.css'
import { useEffect } from 'react'
import { TopBar } from '../shell/TopBar.tsx'
import { DeleteAccountSection } from './DeleteAccountSection.tsx'
import { NameForm } from './NameForm.tsx'
import { PasswordForm } from './PasswordForm.tsx'
import { SessionSection } from './SessionSection.tsx'
import classes from './Settings.module.css'

/** `/settings`: one's name, password, look, devices, and the end of the account. */
export default function SettingsScreen() {
  const { colorScheme, setColorScheme } = useMantineColorScheme()
  useEffect(() => {
    document.title = 'Settings · Copydesk'
  }, [])
  return (
    <>
      <TopBar />
      <div className={classes.column}>
        <h1 className={classes.title}>Settings</h1>
        <NameForm />
        <section className={classes.section} aria-labelledby="look-heading">
          <h2 id="look-heading">Appearance</h2>
          <SegmentedControl
            aria-labelledby="look-heading"
            fullWidth
            value={colorScheme}
            onChange={(value) => setColorScheme(value as MantineColorScheme)}
            data={[
              { value: 'auto', label: 'As the system' },
              { value: 'light', label: 'Light' },
              { value: 'dark', label: 'Dark' },
            ]}
          />
        </section>
        <PasswordForm />
        <SessionSection />
        <DeleteAccountSection />
      </div>
    </>
  )
}
