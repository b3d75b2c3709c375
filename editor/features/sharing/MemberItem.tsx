import { ActionIcon, Button, Group, Menu, Modal, Text } from '@mantine/core'
import { IconDots, IconKey, IconUserMinus } from '@tabler/icons-react'
import { useState } from 'react'
import type { Drive, Member } from '../../../shared/api/drives.ts'
import { isAtLeast, MEMBER_ROLES, type MemberRole } from '../../../shared/roles.ts'
import { usePerson } from '../../app/person.ts'
import { PersonAvatar } from '../presence/PersonAvatar.tsx'
import { RoleSelect } from './RoleSelect.tsx'
import { ROLE_WORDS } from './role-words.ts'
import classes from './Sharing.module.css'

/** One member of a drive; admins change what they may do, the owner gives the drive to them. */
export function MemberItem(props: {
  drive: Drive
  member: Member
  onRole: (role: MemberRole) => void
  onRemove: () => void
  onTransfer: () => void
}) {
  const { drive, member, onRole, onRemove, onTransfer } = props
  const { userId } = usePerson()
  const [isAsking, setAsking] = useState(false)
  const isSelf = member.userId === userId
  // Programs are changed where they were made.
  const canChange =
    isAtLeast(drive.role, 'admin') && member.role !== 'owner' && member.kind === 'user' && !isSelf
  const isOwner = drive.role === 'owner'
  return (
    <li className={classes.item} data-testid="member">
      <PersonAvatar name={member.name} color={member.color} size={32} />
      <span className={classes.who}>
        <span>
          <bdi>{member.name}</bdi>
          {isSelf && ' (you)'}
        </span>
        {member.email && <span className={classes.detail}>{member.email}</span>}
      </span>
      {canChange ? (
        <>
          <RoleSelect
            label={`Role of ${member.name}`}
            className={classes.memberRole}
            isLabelHidden
            isNarrow
            roles={MEMBER_ROLES}
            value={member.role as MemberRole}
            onChange={(role) => role !== member.role && onRole(role)}
          />
          <Menu position="bottom-end" width={230} shadow="md">
            <Menu.Target>
              <ActionIcon size={28} aria-label={`More for ${member.name}`}>
                <IconDots size={16} stroke={1.7} />
              </ActionIcon>
            </Menu.Target>
            <Menu.Dropdown>
              {isOwner && (
                <Menu.Item leftSection={<IconKey size={16} stroke={1.6} />} onClick={() => setAsking(true)}>
                  Make owner
                </Menu.Item>
              )}
              <Menu.Item
                color="var(--desk-danger)"
                leftSection={<IconUserMinus size={16} stroke={1.6} />}
                onClick={onRemove}
              >
                Remove from drive
              </Menu.Item>
            </Menu.Dropdown>
          </Menu>
        </>
      ) : (
        <span className={classes.role}>{ROLE_WORDS[member.role].name}</span>
      )}
      <Modal opened={isAsking} onClose={() => setAsking(false)} title="Give the drive away?">
        <Text size="sm">
          <bdi>{member.name}</bdi> becomes the owner of <bdi>{drive.name}</bdi>, and you an admin of it. Only
          they can give it back.
        </Text>
        <Group justify="flex-end" mt="lg">
          <Button variant="default" onClick={() => setAsking(false)} data-autofocus>
            Keep it
          </Button>
          <Button
            onClick={() => {
              setAsking(false)
              onTransfer()
            }}
          >
            Give it away
          </Button>
        </Group>
      </Modal>
    </li>
  )
}
