import { QueryClientProvider } from '@tanstack/react-query'
import type { ReactNode } from 'react'
import { type Person, PersonContext } from '../app/person.ts'
import { RealtimeProvider } from '../realtime/realtime-context.ts'

/** Gives everything below it the person and their connections. */
export function PersonProvider({ person, children }: { person: Person; children: ReactNode }) {
  return (
    <PersonContext value={person}>
      <RealtimeProvider value={person.realtime}>
        <QueryClientProvider client={person.queries}>{children}</QueryClientProvider>
      </RealtimeProvider>
    </PersonContext>
  )
}
