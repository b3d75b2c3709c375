import { Button, Group, Modal, Text } from '@mantine/core'
import { useMediaQuery } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useLocation } from 'wouter'
import type { Drive } from '../../../shared/api/drives.ts'
import { describeError } from '../../api/api-error.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import { MemberSection } from './MemberSection.tsx'

const TITLES = { people: 'People', leave: 'Leave this drive?', delete: 'Delete this drive?' } as const

/** The people of a drive, or the question before one leaves or deletes it. */
export default function DriveDialog(props: {
  drive: Drive
  subject: keyof typeof TITLES
  onClose: () => void
}) {
  const { drive, subject, onClose } = props
  const { api, userId } = usePerson()
  const queries = useQueryClient()
  const [, navigate] = useLocation()
  const isPhone = useMediaQuery('(max-width: 36em)') ?? false
  const go = useMutation({
    mutationFn: () => (subject === 'delete' ? api.deleteDrive(drive.id) : api.removeMember(drive.id, userId)),
    async onSuccess() {
      onClose()
      navigate('/')
      await queries.invalidateQueries({ queryKey: queryKeys.drives })
      queries.removeQueries({ queryKey: queryKeys.pages(drive.id) })
    },
    onError: (error) =>
      notifications.show({
        ...{ color: 'red', title: subject === 'delete' ? 'The drive is still there' : 'You are still in it' },
        message: describeError(error),
      }),
  })
  return (
    <Modal
      opened
      onClose={onClose}
      title={TITLES[subject]}
      size={subject === 'people' ? 'lg' : 'md'}
      fullScreen={isPhone && subject === 'people'}
      returnFocus={false}
    >
      {subject === 'people' ? (
        <MemberSection drive={drive} />
      ) : (
        <>
          <Text size="sm">
            {subject === 'delete' ? (
              <>
                <strong>
                  <bdi>{drive.name}</bdi>
                </strong>{' '}
                and all its pages disappear for everybody. Nobody can bring them back.
              </>
            ) : (
              <>
                You will not see the pages of{' '}
                <strong>
                  <bdi>{drive.name}</bdi>
                </strong>{' '}
                any more. What you wrote stays there.
              </>
            )}
          </Text>
          <Group justify="flex-end" mt="lg">
            <Button variant="default" onClick={onClose} data-autofocus>
              {subject === 'delete' ? 'Keep it' : 'Stay'}
            </Button>
            <Button color="red" loading={go.isPending} onClick={() => go.mutate()}>
              {subject === 'delete' ? 'Delete for good' : 'Leave'}
            </Button>
          </Group>
        </>
      )}
    </Modal>
  )
}
