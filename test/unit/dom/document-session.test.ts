import { afterEach, beforeEach, expect, test, vi } from 'vitest'
import { createMemoryStorage } from '../../../editor/api/key-value-store.ts'
import { createDocumentSession } from '../../../editor/collaboration/document-session.ts'
import type { OfflineCopy } from '../../../editor/collaboration/offline-copy.ts'
import type { SaveEvent } from '../../../editor/collaboration/save-state.ts'
import { describeUnsent } from '../../../editor/features/editor/save-words.ts'

/** What stands in the place of the socket and of the copy on the device. */
const fake = vi.hoisted(() => ({
  onEvent: (_event: SaveEvent): void => undefined,
  socket: {
    isOrigin: () => false,
    sendToken: vi.fn(),
    reconnect: vi.fn(),
    checkNetwork: vi.fn(),
    close: vi.fn(),
  },
  openCopy: async (): Promise<OfflineCopy | null> => null,
}))
vi.mock('../../../editor/collaboration/document-connection.ts', () => ({
  createDocumentConnection({ onEvent }: { onEvent: (event: SaveEvent) => void }) {
    fake.onEvent = onEvent
    return fake.socket
  },
}))
vi.mock('../../../editor/collaboration/offline-copy.ts', () => ({ openOfflineCopy: () => fake.openCopy() }))

const renewed = new Set<() => void>()

beforeEach(() => {
  vi.useFakeTimers()
  vi.clearAllMocks()
  vi.stubGlobal('document', Object.assign(new EventTarget(), { visibilityState: 'visible' }))
  vi.stubGlobal('window', new EventTarget())
  fake.openCopy = async () => null
  renewed.clear()
})
afterEach(() => {
  vi.useRealTimers()
  vi.unstubAllGlobals()
})

async function open(storage = createMemoryStorage()) {
  const session = createDocumentSession({
    ...{ pageId: 'page', userId: 'user', url: 'ws://server', storage },
    getToken: async () => 'token',
    renewToken: async () => 'renewed',
    onTokenRenewed(listener) {
      renewed.add(listener)
      return () => renewed.delete(listener)
    },
    sync: () => new Promise(() => undefined),
    network: { isSocketBlocked: false },
    now: () => 1000,
  })
  await vi.advanceTimersByTimeAsync(0)
  return session
}

function letIn(): void {
  fake.onEvent({ kind: 'authenticated', access: 'read-write', transport: 'websocket' })
  fake.onEvent({ kind: 'server-state-received' })
  fake.onEvent({ kind: 'acknowledged', at: 1 })
}

const createCopy = (): OfflineCopy => ({
  note: { hasContent: true, access: null, savedAt: null },
  isOrigin: () => false,
  writeNote: () => undefined,
  close: () => undefined,
  remove: async () => undefined,
})

test('D1 · where the browser’s storage is full, an edit is sent and counted all the same', async () => {
  const storage = createMemoryStorage()
  const session = await open(storage)
  letIn()
  storage.setItem = () => {
    throw new Error('QuotaExceededError')
  }
  // As the connection does, behind the session.
  const send = vi.fn()
  session.doc.on('update', send)
  session.doc.getText('text').insert(0, 'x')
  expect(send).toHaveBeenCalledOnce()
  expect(session.getView()).toMatchObject({ hasUnsaved: true, save: { kind: 'saving' } })
})

test('D1 · edits that are kept nowhere else outlive leaving the page, until the server has them', async () => {
  const session = await open()
  letIn()
  fake.onEvent({ kind: 'lost', isStorageUnavailable: false })
  session.doc.getText('text').insert(0, 'x')
  session.close()
  await vi.advanceTimersByTimeAsync(600_000)
  expect(session.doc.isDestroyed).toBe(false)
  const leaving = new Event('beforeunload', { cancelable: true })
  window.dispatchEvent(leaving)
  expect(leaving.defaultPrevented).toBe(true)
  letIn()
  expect(session.doc.isDestroyed).toBe(true)
  const later = new Event('beforeunload', { cancelable: true })
  window.dispatchEvent(later)
  expect(later.defaultPrevented).toBe(false)
})

test('edits that are kept on the device are not waited for', async () => {
  fake.openCopy = async () => createCopy()
  const session = await open()
  letIn()
  fake.onEvent({ kind: 'lost', isStorageUnavailable: false })
  session.doc.getText('text').insert(0, 'x')
  session.close()
  expect(session.doc.isDestroyed).toBe(true)
})

test.each([true, false])(
  'whoever is refused hears whether the device keeps their edits: %s',
  async (isKept) => {
    fake.openCopy = async () => (isKept ? createCopy() : null)
    const session = await open()
    letIn()
    session.doc.getText('text').insert(0, 'x')
    fake.onEvent({ kind: 'refused', reason: 'forbidden' })
    expect(session.getView()).toMatchObject({ hasUnsaved: true, isKept, save: { kind: 'refused' } })
    expect(describeUnsent(session.getView().isKept)).toContain(isKept ? 'kept on this device' : 'no copy')
  },
)

test('what nobody takes any more is not waited for', async () => {
  const session = await open()
  letIn()
  fake.onEvent({ kind: 'lost', isStorageUnavailable: false })
  session.doc.getText('text').insert(0, 'x')
  session.close()
  fake.onEvent({ kind: 'refused', reason: 'forbidden' })
  expect(session.doc.isDestroyed).toBe(true)
})

test('D1 · who is let in again has nothing unsaved that was saved before', async () => {
  const storage = createMemoryStorage()
  storage.setItem('copydesk:pending:user:page:1', '5')
  fake.openCopy = async () => createCopy()
  const session = await open(storage)
  expect(session.getView().hasUnsaved).toBe(true)
  letIn()
  fake.onEvent({ kind: 'refused', reason: 'forbidden' })
  await vi.advanceTimersByTimeAsync(0)
  fake.openCopy = () => new Promise((resolve) => setTimeout(() => resolve(createCopy()), 50))
  session.retry()
  letIn()
  await vi.advanceTimersByTimeAsync(1_000)
  expect(session.getView()).toMatchObject({ hasUnsaved: false, save: { kind: 'saved' } })
})

test('A3 · a new token brings back who was signed out', async () => {
  const session = await open()
  fake.onEvent({ kind: 'lost', isStorageUnavailable: false })
  fake.onEvent({ kind: 'refused', reason: 'signed-out' })
  fake.socket.reconnect.mockClear()
  for (const listener of renewed) listener()
  expect(fake.socket.reconnect).toHaveBeenCalledOnce()
  expect(session.getView().save.kind).not.toBe('refused')
})
