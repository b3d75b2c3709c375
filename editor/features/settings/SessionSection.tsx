import { Button, Skeleton } from '@mantine/core'
import { useDisclosure } from '@mantine/hooks'
import { notifications } from '@mantine/notifications'
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { describeError } from '../../api/api-error.ts'
import { formatMoment } from '../../app/format-time.ts'
import { usePerson } from '../../app/person.ts'
import { queryKeys } from '../../app/query-keys.ts'
import SignOutDialog from '../account/SignOutDialog.tsx'
import { useSignOut } from '../account/use-sign-out.ts'
import classes from './Settings.module.css'

/** Where one is signed in, and the way out of one place or of all. */
export function SessionSection() {
  const { api, offlineCopies } = usePerson()
  const queries = useQueryClient()
  const [isAsking, question] = useDisclosure(false)
  const signOut = useSignOut(question.open)
  const sessions = useQuery({
    queryKey: queryKeys.sessions,
    queryFn: async () => (await api.listSessions()).items,
  })
  const fail = (error: unknown): void =>
    void notifications.show({
      ...{ color: 'red', title: 'Nothing was signed out' },
      message: describeError(error),
    })
  const end = useMutation({
    mutationFn: (sessionId: string) => api.endSession(sessionId),
    onError: fail,
    onSettled: () => queries.invalidateQueries({ queryKey: queryKeys.sessions }),
  })
  const endAll = useMutation({
    mutationFn: async () => {
      await api.endAllSessions()
      await signOut.leaveWithoutUnsaved()
    },
    onError: fail,
  })
  return (
    <section className={classes.section} aria-labelledby="sessions-heading">
      <h2 id="sessions-heading">Devices</h2>
      <p className={classes.text}>Where you are signed in. End what you do not know.</p>
      {sessions.isPending && <Skeleton height={34} radius="md" />}
      {sessions.isError && !sessions.data && <p className={classes.text}>{describeError(sessions.error)}</p>}
      <ul className={classes.sessions}>
        {sessions.data?.map((session) => (
          <li key={session.id} className={classes.session} data-testid="session">
            <span>
              {session.isCurrent ? 'This device' : 'Another device'}
              <span className={classes.detail}>Signed in {formatMoment(session.createdAt)}</span>
            </span>
            {!session.isCurrent && (
              <Button
                size="xs"
                variant="default"
                aria-label={`Sign out the device of ${formatMoment(session.createdAt)}`}
                onClick={() => end.mutate(session.id)}
              >
                Sign out
              </Button>
            )}
          </li>
        ))}
      </ul>
      <Button
        variant="default"
        loading={endAll.isPending}
        onClick={() => (offlineCopies.listUnsaved().length > 0 ? question.open() : endAll.mutate())}
      >
        Sign out everywhere
      </Button>
      {isAsking && (
        <SignOutDialog
          onClose={question.close}
          onLeave={() => {
            question.close()
            endAll.mutate()
          }}
        />
      )}
    </section>
  )
}
