import { randomUUID } from 'node:crypto'
import { Server } from 'socket.io'

// A bare Socket.IO server that tells the same things to the same people as ours does: no checks, no storage.

type Answer = (answer: object) => void

const server = new Server(Number(process.env['PORT']))
server.of('/realtime').on('connection', (socket) => {
  const userId: string = socket.handshake.auth['token']
  let pages: string[] = []

  socket.on('join_page', async ({ pageId }: { pageId: string }, answer: Answer) => {
    pages = [...pages, pageId]
    await socket.join(pageId)
    answer({ ok: true })
  })
  socket.on('send_message', ({ pageId, id, body }: Record<string, string>, answer: Answer) => {
    const author = { userId, kind: 'user', name: 'Somebody', color: '#1971c2' }
    const message = {
      ...{ id, pageId, parentId: null, author, body, mentions: [], reactions: [], number: 1, revision: 1 },
      ...{ createdAt: new Date().toISOString(), editedAt: null, deletedAt: null },
    }
    socket.to(pageId ?? '').emit('message_created', { eventId: randomUUID(), pageId, revision: 1, message })
    answer({ ok: true, message })
  })
  for (const [request, fact] of [
    ['start_typing', 'typing_started'],
    ['stop_typing', 'typing_stopped'],
  ] as const) {
    socket.on(request, ({ pageId }: { pageId: string }, answer: Answer) => {
      socket.to(pageId).emit(fact, { eventId: randomUUID(), pageId, userId })
      answer({ ok: true })
    })
  }
  socket.on('set_presence', ({ status }: { status: string }, answer?: Answer) => {
    for (const pageId of pages)
      socket.to(pageId).emit('user_status_changed', { eventId: randomUUID(), pageId, userId, status })
    answer?.({ ok: true })
  })
})
