import { Menu, UnstyledButton, VisuallyHidden } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { IconDotsVertical, IconLogout, IconSelector, IconSettings } from '@tabler/icons-react'
import { useRef } from 'react'
import { Link } from 'wouter'
import { latePart } from '../../app/late-part.tsx'
import { usePerson } from '../../app/person.ts'
import { PersonAvatar } from '../presence/PersonAvatar.tsx'
import { ColorSchemeItems } from './ColorSchemeItems.tsx'
import classes from './PersonMenu.module.css'
import { useSignOut } from './use-sign-out.ts'

const SignOutDialog = latePart(() => import('./SignOutDialog.tsx'), { missing: 'aside' })

/** Who one is, the light, and the way out. */
export function PersonMenu({ isCompact = false }: { isCompact?: boolean }) {
  const { user, isGuest } = usePerson()
  const [isAsking, question] = useDisclosure(false)
  const signOut = useSignOut(question.open)
  const button = useRef<HTMLButtonElement>(null)
  return (
    <>
      <Menu position={isCompact ? 'bottom-end' : 'top-start'} width={230} shadow="md">
        <Menu.Target>
          <UnstyledButton
            ref={button}
            className={classes.target}
            data-compact={isCompact || undefined}
            {...(isCompact && { 'aria-label': `Your menu: ${user.name}` })}
          >
            {isCompact ? (
              <IconDotsVertical size={18} stroke={1.7} />
            ) : (
              <>
                <VisuallyHidden>Your menu: </VisuallyHidden>
                <PersonAvatar name={user.name} color={user.color} size={28} />
                <span className={classes.name}>
                  <span dir="auto">{user.name}</span>
                  <span className={classes.detail}>{user.email ?? 'Guest'}</span>
                </span>
                <IconSelector size={16} stroke={1.6} className={classes.chevron} />
              </>
            )}
          </UnstyledButton>
        </Menu.Target>
        <Menu.Dropdown>
          {isCompact && <Menu.Label>{isGuest ? `${user.name} · guest` : user.name}</Menu.Label>}
          <ColorSchemeItems />
          <Menu.Divider />
          {!isGuest && (
            <Menu.Item
              component={Link}
              href="/settings"
              leftSection={<IconSettings size={17} stroke={1.6} />}
            >
              Settings
            </Menu.Item>
          )}
          <Menu.Item leftSection={<IconLogout size={17} stroke={1.6} />} onClick={() => void signOut.leave()}>
            {isGuest ? 'Leave the page' : 'Sign out'}
          </Menu.Item>
        </Menu.Dropdown>
      </Menu>
      {isAsking && (
        <SignOutDialog
          onClose={() => {
            question.close()
            button.current?.focus()
          }}
          onLeave={() => void signOut.leaveWithoutUnsaved().then(question.close)}
        />
      )}
    </>
  )
}
