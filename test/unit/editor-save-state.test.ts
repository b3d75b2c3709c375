import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import {
  computeSaveState,
  INITIAL_FACTS,
  isEditable,
  isReady,
  reduceFacts,
  type SaveEvent,
  type SaveFacts,
  type SaveState,
} from '../../editor/collaboration/save-state.ts'

const opened: SaveEvent = {
  kind: 'offline-copy-opened',
  hasContent: true,
  access: 'read-write',
  pendingSince: null,
  earlierChanges: 0,
  savedAt: 5,
}
const openedEmpty: SaveEvent = { ...opened, hasContent: false, access: null, savedAt: null }
const openedPending: SaveEvent = { ...opened, pendingSince: 3, earlierChanges: 4 }
const unknown: SaveEvent = { kind: 'offline-copy-unknown' }
const missing: SaveEvent = { kind: 'offline-copy-missing' }
const writer: SaveEvent = { kind: 'authenticated', access: 'read-write', transport: 'websocket' }
const reader: SaveEvent = { kind: 'authenticated', access: 'read-only', transport: 'websocket' }
const received: SaveEvent = { kind: 'server-state-received' }
const edited: SaveEvent = { kind: 'edited', at: 7 }
const acknowledged: SaveEvent = { kind: 'acknowledged', at: 9 }
const rejected: SaveEvent = { kind: 'rejected' }
const lost: SaveEvent = { kind: 'lost', isStorageUnavailable: false }
const storageLost: SaveEvent = { kind: 'lost', isStorageUnavailable: true }
const refused: SaveEvent = { kind: 'refused', reason: 'forbidden' }
const retried: SaveEvent = { kind: 'retried' }

const EVENTS = {
  openedPending,
  missing,
  writer,
  reader,
  received,
  edited,
  acknowledged,
  rejected,
  lost,
  storageLost,
  refused,
  retried,
}

/** How to get into each state, and the state that each event leads to from there. */
const TABLE: Record<
  string,
  { by: SaveEvent[]; is: SaveState['kind']; leadsTo: Record<keyof typeof EVENTS, SaveState['kind']> }
> = {
  opening: {
    by: [],
    is: 'loading',
    leadsTo: {
      openedPending: 'loading',
      missing: 'loading',
      writer: 'loading',
      reader: 'loading',
      received: 'loading',
      edited: 'loading',
      acknowledged: 'loading',
      rejected: 'loading',
      lost: 'loading',
      storageLost: 'loading',
      refused: 'refused',
      retried: 'loading',
    },
  },
  'connecting with a kept copy': {
    by: [opened],
    is: 'loading',
    leadsTo: {
      openedPending: 'loading',
      missing: 'loading',
      writer: 'loading',
      reader: 'read-only',
      received: 'loading',
      edited: 'loading',
      acknowledged: 'loading',
      rejected: 'loading',
      lost: 'offline',
      storageLost: 'storage-unavailable',
      refused: 'refused',
      retried: 'loading',
    },
  },
  saved: {
    by: [opened, writer, received, acknowledged],
    is: 'saved',
    leadsTo: {
      openedPending: 'saving',
      missing: 'saved',
      writer: 'loading',
      reader: 'read-only',
      received: 'saved',
      edited: 'saving',
      acknowledged: 'saved',
      rejected: 'saved',
      lost: 'offline',
      storageLost: 'storage-unavailable',
      refused: 'refused',
      retried: 'loading',
    },
  },
  saving: {
    by: [opened, writer, received, acknowledged, edited],
    is: 'saving',
    leadsTo: {
      openedPending: 'saving',
      missing: 'saving',
      writer: 'saving',
      reader: 'read-only',
      received: 'saving',
      edited: 'saving',
      acknowledged: 'saved',
      rejected: 'saving',
      lost: 'offline',
      storageLost: 'storage-unavailable',
      refused: 'refused',
      retried: 'loading',
    },
  },
  'offline with edits': {
    by: [opened, writer, received, acknowledged, lost, edited],
    is: 'offline',
    leadsTo: {
      openedPending: 'offline',
      missing: 'offline',
      writer: 'saving',
      reader: 'read-only',
      received: 'offline',
      edited: 'offline',
      acknowledged: 'offline',
      rejected: 'offline',
      lost: 'offline',
      storageLost: 'storage-unavailable',
      refused: 'refused',
      retried: 'loading',
    },
  },
  'storage unavailable': {
    by: [opened, writer, received, acknowledged, edited, storageLost],
    is: 'storage-unavailable',
    leadsTo: {
      openedPending: 'storage-unavailable',
      missing: 'storage-unavailable',
      writer: 'saving',
      reader: 'read-only',
      received: 'storage-unavailable',
      edited: 'storage-unavailable',
      acknowledged: 'storage-unavailable',
      rejected: 'storage-unavailable',
      lost: 'storage-unavailable',
      storageLost: 'storage-unavailable',
      refused: 'refused',
      retried: 'loading',
    },
  },
  'read only': {
    by: [opened, reader, received, acknowledged],
    is: 'read-only',
    leadsTo: {
      openedPending: 'read-only',
      missing: 'read-only',
      writer: 'loading',
      reader: 'read-only',
      received: 'read-only',
      edited: 'read-only',
      acknowledged: 'read-only',
      rejected: 'read-only',
      lost: 'read-only',
      storageLost: 'read-only',
      refused: 'refused',
      retried: 'read-only',
    },
  },
  refused: {
    by: [opened, refused],
    is: 'refused',
    leadsTo: {
      openedPending: 'refused',
      missing: 'refused',
      writer: 'loading',
      reader: 'read-only',
      received: 'refused',
      edited: 'refused',
      acknowledged: 'refused',
      rejected: 'refused',
      lost: 'refused',
      storageLost: 'refused',
      refused: 'refused',
      retried: 'loading',
    },
  },
}

function reach(events: SaveEvent[]): SaveFacts {
  return events.reduce(reduceFacts, INITIAL_FACTS)
}

describe('every state × every event', () => {
  for (const [name, { by, is, leadsTo }] of Object.entries(TABLE)) {
    test(`${name} is shown as ${is}`, () => {
      expect(computeSaveState(reach(by)).kind).toBe(is)
    })
    for (const [eventName, kind] of Object.entries(leadsTo)) {
      test(`${name}, then ${eventName}: ${kind}`, () => {
        const event = EVENTS[eventName as keyof typeof EVENTS]
        expect(computeSaveState(reach([...by, event])).kind).toBe(kind)
      })
    }
  }
})

const full: SaveEvent = { kind: 'page-full' }
const nearlyFull: SaveEvent = { kind: 'page-nearly-full' }
const anyEvent = fc.constantFrom<SaveEvent>(
  ...[unknown, opened, openedEmpty, full, nearlyFull],
  ...Object.values(EVENTS),
)

test('D1 · whatever happens, Saved means that nothing waits and the server has answered on this connection', () => {
  fc.assert(
    fc.property(fc.array(anyEvent, { maxLength: 40 }), (events) => {
      const facts = reach(events)
      if (computeSaveState(facts).kind !== 'saved') return
      expect(facts.pendingSince).toBeNull()
      expect(facts.unsyncedChanges).toBe(0)
      expect(facts.connection).toBe('open')
      expect(facts.isServerStateReceived && facts.isAcknowledged).toBe(true)
    }),
    { numRuns: 2000 },
  )
})

test('D1 · an edit is not shown as saved before an acknowledgement that comes after it', () => {
  fc.assert(
    fc.property(
      fc.array(anyEvent, { maxLength: 20 }),
      fc.array(anyEvent, { maxLength: 20 }),
      (before, behind) => {
        const silent = behind.filter(({ kind }) => kind !== 'acknowledged' && kind !== 'offline-copy-opened')
        expect(computeSaveState(reach([...before, edited, ...silent])).kind).not.toBe('saved')
      },
    ),
    { numRuns: 2000 },
  )
})

test('A5 · a full page says so while edits wait, lets one go on removing, and is forgotten on return', () => {
  const facts = reach([opened, writer, received, edited, rejected, full])
  expect(computeSaveState(facts)).toEqual({ kind: 'page-full', isKept: true })
  expect(isEditable(facts)).toBe(true)
  expect(reduceFacts(facts, acknowledged).pendingSince).toBe(7)
  const back = [writer, received].reduce(reduceFacts, reduceFacts(facts, lost))
  expect(computeSaveState(back).kind).toBe('saving')
  expect(computeSaveState(reduceFacts(back, acknowledged)).kind).toBe('saved')
  expect(reach([opened, writer, received, nearlyFull])).toMatchObject({ isNearlyFull: true })
})

test('C2 · edits of an earlier visit are offline edits after a reload, although this tab made none', () => {
  const facts = reach([openedPending, lost])
  expect(computeSaveState(facts)).toEqual({
    kind: 'offline',
    unsyncedChanges: 4,
    hasUnsaved: true,
    isKept: true,
  })
  const wait = (...events: SaveEvent[]) => computeSaveState(reach([...events, lost]))
  expect(wait(openedPending, lost, edited)).toMatchObject({ unsyncedChanges: 5 })
  expect(wait(openedPending, writer, received, acknowledged, edited)).toMatchObject({ unsyncedChanges: 1 })
  // Where nobody counted the earlier ones, no number would be true.
  const uncounted: SaveEvent = { ...opened, pendingSince: 3, earlierChanges: null }
  expect(wait(uncounted, lost, edited)).toMatchObject({ unsyncedChanges: null })
  expect(wait(uncounted, writer, received, acknowledged, edited)).toMatchObject({ unsyncedChanges: 1 })
  expect(computeSaveState(reach([openedPending, writer, received])).kind).toBe('saving')
  expect(computeSaveState(reach([openedPending, writer, received, acknowledged])).kind).toBe('saved')
})

test('D1 · a page without unsent edits is not called saved before the server has said so', () => {
  expect(computeSaveState(reach([opened, writer, received])).kind).toBe('loading')
  expect(computeSaveState(reach([opened, writer, received, acknowledged])).kind).toBe('saved')
})

test('an acknowledgement that belongs to a lost connection, or follows a refused edit, saves nothing', () => {
  expect(reach([opened, writer, received, edited, lost, acknowledged]).pendingSince).toBe(7)
  expect(reach([opened, writer, edited, acknowledged]).pendingSince).toBe(7)
  expect(reach([opened, reader, received, edited, rejected, acknowledged]).pendingSince).toBe(7)
})

test('where no offline copy can be kept, being offline does not promise one', () => {
  const state = computeSaveState(reach([missing, writer, received, acknowledged, edited, lost]))
  expect(state).toEqual({ kind: 'offline', unsyncedChanges: 1, hasUnsaved: true, isKept: false })
})

test('a page that this device never held waits for no copy; what the server says counts more than the copy that comes', () => {
  const facts = reach([unknown, writer, received, acknowledged])
  expect(computeSaveState(facts)).toMatchObject({ kind: 'saved', at: 9 })
  const lostEarly = computeSaveState(reach([unknown, writer, received, edited, lost]))
  expect(lostEarly).toMatchObject({ kind: 'offline', isKept: false })
  const made = reduceFacts(facts, openedEmpty)
  expect(computeSaveState(made)).toMatchObject({ kind: 'saved', at: 9 })
  expect(isEditable(made)).toBe(true)
  expect(computeSaveState(reduceFacts(reduceFacts(made, edited), lost))).toMatchObject({ isKept: true })
  // It held something after all, which the server has not acknowledged.
  expect(computeSaveState(reduceFacts(made, edited)).kind).toBe('saving')
})

test('A2 · nobody types before the text is here, without the right to, or after being refused', () => {
  const cases: [SaveEvent[], { ready: boolean; editable: boolean }][] = [
    [[openedEmpty], { ready: false, editable: false }],
    [[openedEmpty, writer], { ready: false, editable: false }],
    [[openedEmpty, lost], { ready: false, editable: false }],
    [[openedEmpty, writer, received], { ready: true, editable: true }],
    [[opened], { ready: true, editable: true }],
    [[opened, lost], { ready: true, editable: true }],
    [[{ ...opened, access: 'read-only' }], { ready: true, editable: false }],
    [[opened, reader, received], { ready: true, editable: false }],
    [[opened, writer, received, refused], { ready: true, editable: false }],
    [[missing, writer, received], { ready: true, editable: true }],
    [[writer, received], { ready: false, editable: false }],
    [[unknown], { ready: false, editable: false }],
    [[unknown, writer, received], { ready: true, editable: true }],
  ]
  for (const [events, expected] of cases) {
    const facts = reach(events)
    expect({ ready: isReady(facts), editable: isEditable(facts) }, JSON.stringify(events)).toEqual(expected)
  }
})

test('somebody who may only read now is told of the edits that were not taken', () => {
  expect(computeSaveState(reach([openedPending, reader, received, rejected]))).toEqual({
    kind: 'read-only',
    hasUnsaved: true,
    isConnected: true,
    transport: 'websocket',
    isOutdated: false,
  })
  // The server had them already: the handshake of a reader without news is acknowledged.
  expect(computeSaveState(reach([openedPending, reader, received, acknowledged]))).toMatchObject({
    kind: 'read-only',
    hasUnsaved: false,
  })
})

test('C4 · an editor that is too old says so, types nothing, and is fine again after connecting anew', () => {
  const outdated: SaveEvent = { kind: 'editor-outdated' }
  const facts = reach([openedEmpty, writer, received, outdated])
  expect(isEditable(facts)).toBe(false)
  expect(computeSaveState(facts)).toMatchObject({ kind: 'read-only', isOutdated: true })
  expect(isEditable(reach([openedEmpty, writer, received, outdated, writer, received]))).toBe(true)
})
