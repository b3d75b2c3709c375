/* A page for the browser that uses the realtime hooks and nothing else of the editor. */
import { createElement, StrictMode, useEffect } from 'react'
import { createRoot, type Root } from 'react-dom/client'
import { RealtimeProvider } from '../../editor/realtime/realtime-context.ts'
import { createRealtimeSession, type RealtimeSession } from '../../editor/realtime/realtime-session.ts'
import { usePresence } from '../../editor/realtime/use-presence.ts'
import { useRealtimeState } from '../../editor/realtime/use-realtime-state.ts'
import { useRoom } from '../../editor/realtime/use-room.ts'
import { useServerEvent } from '../../editor/realtime/use-server-event.ts'
import { useTyping } from '../../editor/realtime/use-typing.ts'

interface Places {
  pageId: string
  driveId: string
}

/** What a test can do with this page. */
export interface HooksPage {
  connect(token: string): void
  mount(places: Places): void
  unmount(): void
  /** Titles that were heard of in `page_updated`. */
  readonly heard: string[]
  held(): ReturnType<RealtimeSession['countHeld']>
}

let session: RealtimeSession
let root: Root | undefined
const heard: string[] = []

function Room({ pageId, driveId }: Places) {
  const page = useRoom({ pageId })
  const drive = useRoom({ driveId })
  const people = usePresence(pageId)
  const { typists, noteTyping } = useTyping(pageId)
  useServerEvent('page_updated', ({ page: { title } }) => heard.push(title))
  useEffect(() => {
    if (page.status === 'joined') noteTyping()
  }, [page.status, noteTyping])
  const names = (users: readonly { name: string }[]): string => users.map(({ name }) => name).join(' ')
  const words = [
    `${useRealtimeState()}, page ${page.status}, drive ${drive.status}`,
    `here: ${names(people)}`,
    `in the drive: ${drive.presence.size}`,
    `typing: ${names(typists)}`,
  ]
  return createElement('p', null, words.join('; '))
}

const hooks: HooksPage = {
  heard,
  connect(token) {
    session = createRealtimeSession({
      serverUrl: location.origin,
      getToken: async () => token,
      renewToken: async () => token,
      onTokenRenewed: () => () => undefined,
    })
  },
  mount(places) {
    root = createRoot(document.body.appendChild(document.createElement('div')))
    // Two of them, so that a room has two followers.
    const rooms = ['one', 'two'].map((key) => createElement(Room, { key, ...places }))
    root.render(createElement(StrictMode, null, createElement(RealtimeProvider, { value: session }, rooms)))
  },
  unmount() {
    root?.unmount()
    document.body.replaceChildren()
  },
  held: () => session.countHeld(),
}
Object.assign(window, { hooks })
