import type { Role } from '../../../shared/roles.ts'
import { formatTime } from '../../app/format-time.ts'
import type { Refusal, SaveState, Transport } from '../../collaboration/save-state.ts'

/** What the words depend on besides the state. */
export interface SaveCircumstances {
  /** Whether there is a text to show. */
  readonly hasText: boolean
  /** Whether the device has a network: without one there is nothing to connect to. */
  readonly isOnline: boolean
  /** The person's role on the page, where it is known. */
  readonly role: Role | null
}

/** The state line's words, and what stands behind them for those who ask. */
export function describeSaveState(
  state: SaveState,
  { hasText, isOnline, role }: SaveCircumstances,
): { words: string; detail: string } {
  switch (state.kind) {
    case 'loading':
      return CONNECTING
    case 'saved':
      return {
        words: `Saved at ${formatTime(state.at)}${OVER[state.transport].words}`,
        detail: `Everything is stored on the server.${OVER[state.transport].detail}`,
      }
    case 'saving':
      return {
        words: `Saving…${OVER[state.transport].words}`,
        detail: `Your last edits are on their way to the server.${OVER[state.transport].detail}`,
      }
    case 'offline':
      if (!hasText) return isOnline ? CONNECTING : NOT_HERE
      return {
        words: `${isOnline ? 'Reconnecting…' : 'Offline'} — ${state.isKept ? countKept(state) : 'keep this tab open'}`,
        detail: state.isKept ? describeKept(state) : describeNotKept(state.hasUnsaved),
      }
    case 'storage-unavailable':
      return {
        words: state.isKept
          ? `The server cannot save — ${countKept(state)}`
          : 'The server cannot save — keep this tab open',
        detail: 'The server’s storage is away. Saving goes on by itself as soon as it is back.',
      }
    case 'page-full':
      return {
        words: state.isKept
          ? 'The page is full — your edits are kept'
          : 'The page is full — keep this tab open',
        detail: 'The page has reached the size that a page may have. What you remove from it is saved.',
      }
    case 'read-only':
      if (state.isOutdated) return OUTDATED
      return {
        words: `Read only${READER_WORDS[role ?? 'none'].words}${state.isConnected ? OVER[state.transport].words : ''}`,
        detail: state.isConnected
          ? `${READER_WORDS[role ?? 'none'].detail} What others write appears here.${OVER[state.transport].detail}`
          : `${READER_WORDS[role ?? 'none'].detail} There is no connection: it may be out of date.`,
      }
    case 'refused':
      return { words: describeRefusal(state.reason).title, detail: describeRefusal(state.reason).text }
  }
}

/** What to add to each state where WebSockets are blocked. */
const OVER = {
  websocket: { words: '', detail: '' },
  http: {
    words: ' · working over plain HTTP',
    detail:
      ' A WebSocket cannot be opened here: what others write, and their carets, appear some seconds later.',
  },
} as const satisfies Record<Transport, unknown>

const READER = { words: '', detail: 'You may read this page.' }
/** Why somebody may only read. */
const READER_WORDS = {
  none: READER,
  viewer: { words: ' · you are a viewer', detail: 'Those who run the page let you read it.' },
  commenter: { words: ' · you may comment', detail: 'Those who run the page let you read it and comment.' },
  // Their role has changed, and the connection does not know yet.
  editor: READER,
  admin: READER,
  owner: READER,
} as const satisfies Record<Role | 'none', unknown>

const CONNECTING = { words: 'Connecting…', detail: 'The page is being opened.' }

const OUTDATED = {
  words: 'A newer version of the editor is needed: reload',
  detail: 'You may read this page. To write, reload it.',
}

const NOT_HERE = {
  words: 'Offline — this page is not on this device',
  detail: 'It opens as soon as the server can be reached.',
}

/** What to say when a page will not let somebody in, or no longer. */
export function describeRefusal(reason: Refusal, isGuest = false): { title: string; text: string } {
  switch (reason) {
    case 'page-deleted':
      return { title: 'This page was deleted', text: 'Somebody on the drive removed it, for everybody.' }
    case 'page-not-found':
    case 'malformed-page-id':
      return {
        title: isGuest ? 'This page is no longer open to you' : 'There is no such page',
        text: isGuest
          ? 'It was deleted, or the link that you came through was revoked. Ask for a new one.'
          : 'It may have been deleted, or you may not have access to it.',
      }
    case 'forbidden':
    case 'origin-not-allowed':
      return {
        title: isGuest ? 'This page is no longer open to you' : 'You have no access to this page',
        text: isGuest
          ? 'The link that you came through was revoked. Ask for a new one.'
          : 'Ask somebody on the drive to let you in.',
      }
    case 'update-too-large':
    case 'frame-too-large':
      return {
        title: 'This edit is too large to be saved',
        text: 'Copy the text, undo what you inserted last, and bring it in smaller pieces.',
      }
    case 'nested-too-deep':
      return {
        title: 'This edit nests too deep to be saved',
        text: 'Lists and quotes can be put into one another some fifty times. Copy the text, undo the last steps, and use fewer levels.',
      }
    case 'page-too-large':
      return {
        title: 'This page is full',
        text: 'It is as large as a page may be. Copy what you wrote and go on in a new page, or try again when somebody has taken something out of it.',
      }
    case 'page-unreadable':
      return {
        title: 'This page cannot be opened now',
        text: 'The server could not read it. Nothing of it was changed; the people who run the server can help.',
      }
    case 'signed-out':
    case 'session-ended':
    case 'token-missing':
    case 'token-invalid':
      return isGuest
        ? {
            title: 'Your visit has ended',
            text: 'Open the link that you were given once more, or ask for a new one.',
          }
        : { title: 'You are signed out', text: 'Sign in again to go on.' }
    default:
      return { title: 'The server closed this page', text: 'Try again in a moment.' }
  }
}

/** Where edits are that a page will not take. */
export function describeUnsent(isKept: boolean): string {
  return isKept
    ? 'They are kept on this device until you discard them.'
    : 'This browser keeps no copy of them: copy the text before you close or reload this tab.'
}

/** How many edits wait, where all of them could be counted. */
function countKept({ unsyncedChanges }: { unsyncedChanges: number | null }): string {
  if (!unsyncedChanges) return 'your edits are kept'
  return unsyncedChanges === 1 ? '1 edit waits' : `${unsyncedChanges} edits wait`
}

function describeKept({
  unsyncedChanges,
  hasUnsaved,
}: {
  unsyncedChanges: number | null
  hasUnsaved: boolean
}): string {
  if (unsyncedChanges) {
    return `${unsyncedChanges === 1 ? 'One change waits' : `${unsyncedChanges} changes wait`} on this device and will be sent when the server can be reached.`
  }
  return hasUnsaved
    ? 'Edits from an earlier visit wait on this device and will be sent when the server can be reached.'
    : 'You can go on writing: it is kept on this device and sent when the server can be reached.'
}

function describeNotKept(hasUnsaved: boolean): string {
  return hasUnsaved
    ? 'This browser keeps no offline copy. Your edits are lost if you close this tab before the server is back.'
    : 'This browser keeps no offline copy: what you write now exists in this tab only.'
}
