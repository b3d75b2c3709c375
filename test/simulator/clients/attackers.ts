import { randomUUID } from 'node:crypto'
import { writeVarUint8Array } from 'lib0/encoding'
import { WebSocket } from 'ws'
import * as Y from 'yjs'
import { DOCUMENT_FRAGMENT } from '../../../shared/document/fragment.ts'
import { createFrameMutator } from '../../support/fuzz/mutate-frame.ts'
import { type RecordedFrame, recordFrames } from '../../support/fuzz/record-frames.ts'
import { authFrame, frame, TYPE, updateFrame } from '../../support/raw-socket.ts'
import { createParagraph } from '../authors/text-blocks.ts'
import type { Random } from '../random.ts'
import type { Account, ServerUnderTest, Workspace } from '../world/server-under-test.ts'
import type { Client } from './client.ts'

/** Sockets that send what no provider sends. */
export interface Attackers {
  close(): void
}

export interface AttackersDeps {
  readonly server: ServerUnderTest
  readonly workspace: Workspace
  /** The viewers among them lend their tokens. */
  readonly clients: readonly Client[]
  readonly random: Random
}

/** How many sockets attack at once, and the pause between two frames of each, ms: a nuisance, not a flood. */
const SOCKETS = 6
const EVERY_MS = 15
/** Just past what the server takes of each, bytes. */
const TOO_LARGE = { frame: 5 * 1024 * 1024 + 1, update: 1024 * 1024 + 1_000, awareness: 17 * 1024 }
/** A page where an attacker may write: what is malformed gets further in there, and harms nobody. */
interface Ground {
  readonly account: Account
  readonly pageId: string
  readonly recorded: readonly RecordedFrame[]
}

/** How a socket begins. */
interface Visit {
  /** Null for a stranger. */
  readonly account: Account | null
  readonly pageId: string
  /** What it sends before anything else. */
  readonly first: readonly Uint8Array[]
}

/** One a run. */
const grounds = new WeakMap<Workspace, Promise<Ground | null>>()

/** Begins at once; goes on until closed. A socket that is closed by the server is replaced by another. */
export async function createAttackers({
  server,
  workspace,
  clients,
  random,
}: AttackersDeps): Promise<Attackers> {
  const viewers = clients.filter(({ role }) => role === 'viewer').map(({ account }) => account)
  const made = grounds.get(workspace) ?? prepareGround(server, workspace, viewers[0])
  grounds.set(workspace, made)
  const ground = await made
  const url = new URL(server.documentPath, server.url)
  url.protocol = server.url.protocol === 'https:' ? 'wss:' : 'ws:'
  const victim = random.pick(workspace.pageIds)
  const mutate = createFrameMutator({
    seed: random.integer(0, 2 ** 31),
    recorded: ground?.recorded ?? [],
    targets: [ground?.pageId ?? randomUUID()],
    forbidden: victim,
  })
  const viewer = viewers.length === 0 ? null : random.pick(viewers)
  /** Strangers, viewers, and people on a page of their own. */
  const kinds: readonly Visit[] = [
    { account: null, pageId: victim, first: [] },
    { account: viewer, pageId: victim, first: viewer === null ? [] : [forgedText(victim)] },
    { account: ground?.account ?? null, pageId: ground?.pageId ?? victim, first: [] },
  ]
  const ends: (() => void)[] = []
  let number = 0

  function visit({ account, pageId, first }: Visit): WebSocket {
    const socket = new WebSocket(url.href, { perMessageDeflate: false })
    socket.on('error', () => undefined)
    socket.on('open', () => {
      if (account !== null) socket.send(authFrame(pageId, account.accessToken()))
      for (const each of first) socket.send(each)
    })
    return socket
  }

  for (let place = 0; place < SOCKETS; place++) {
    const kind = kinds[place % kinds.length] as Visit
    let socket = visit(kind)
    const timer = setInterval(() => {
      if (socket.readyState > WebSocket.OPEN) socket = visit(kind)
      if (socket.readyState !== WebSocket.OPEN) return
      socket.send(ground === null ? garbage(random) : mutate(number++, kind.pageId).bytes)
    }, EVERY_MS)
    ends.push(() => {
      clearInterval(timer)
      socket.terminate()
    })
  }
  for (const each of oversized(victim)) {
    const socket = visit({ account: random.chance(0.5) ? viewer : null, pageId: victim, first: [each] })
    ends.push(() => socket.terminate())
  }
  return {
    close() {
      for (const end of ends) end()
    },
  }
}

/** Null where nobody can make a page of their own, as guests of a deployment cannot. */
async function prepareGround(
  server: ServerUnderTest,
  workspace: Workspace,
  account: Account | undefined,
): Promise<Ground | null> {
  if (account === undefined) return null
  const make = async (path: string, body: object) => {
    const made = await workspace.change(account, 'POST', path, body)
    return made?.status === 201 ? (made.body as { id: string }).id : null
  }
  const driveId = await make('/api/drives', { name: 'Hostile' })
  const pageId = await make(`/api/drives/${driveId}/pages`, { title: 'Hostile' })
  if (driveId === null || pageId === null) return null
  const address = server.url.origin
  return { account, pageId, recorded: await recordFrames(address, pageId, account.accessToken(), 1) }
}

/** Well-formed text that its sender may not write; nobody knows the Yjs client that it is of. */
function forgedText(pageId: string): Uint8Array {
  const doc = new Y.Doc()
  doc
    .getXmlFragment(DOCUMENT_FRAGMENT)
    .insert(0, [createParagraph('Written by somebody who may only read. ')])
  const update = Y.encodeStateAsUpdate(doc)
  doc.destroy()
  return updateFrame(pageId, update)
}

function oversized(pageId: string): Uint8Array[] {
  return [
    new Uint8Array(TOO_LARGE.frame),
    updateFrame(pageId, new Uint8Array(TOO_LARGE.update)),
    frame(pageId, TYPE.awareness, (encoder) =>
      writeVarUint8Array(encoder, new Uint8Array(TOO_LARGE.awareness)),
    ),
  ]
}

const garbage = (random: Random) =>
  Uint8Array.from({ length: random.integer(1, 200) }, () => random.integer(0, 255))
