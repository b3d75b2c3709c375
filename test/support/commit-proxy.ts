import { type AddressInfo, connect, createServer, type Socket } from 'node:net'

/** What happens to one transaction's commit on its way. */
export type CommitFault =
  /** Nothing. */
  | { readonly kind: 'none' }
  /** PostgreSQL gets it so many ms later. */
  | { readonly kind: 'delay'; readonly ms: number }
  /** It is committed at once, but the server hears of it so many ms later. */
  | { readonly kind: 'hold-answer'; readonly ms: number }
  /** The connection breaks before PostgreSQL gets it: it is rolled back. */
  | { readonly kind: 'fail' }
  /** The connection breaks after it was committed: the server never hears of it. `lost` is called then. */
  | { readonly kind: 'lose-answer'; readonly lost?: () => void }

/** A way from the server to PostgreSQL on which commits of transactions can go wrong; all else passes. */
export interface CommitProxy {
  /** The database's URL through the proxy. */
  readonly databaseUrl: string
  close(): Promise<void>
}

/** `decide` is asked for each commit, as it comes from the server. */
export async function createCommitProxy(
  databaseUrl: string,
  decide: () => CommitFault,
): Promise<CommitProxy> {
  const target = new URL(databaseUrl)
  const sockets = new Set<Socket>()
  const server = createServer((incoming) => {
    const outgoing = connect(Number(target.port), target.hostname)
    for (const socket of [incoming, outgoing]) {
      sockets.add(socket)
      socket.setNoDelay(true)
      socket.on('error', () => undefined)
      socket.on('close', () => {
        sockets.delete(socket)
        incoming.destroy()
        outgoing.destroy()
      })
    }
    const later = (ms: number, act: () => void) => {
      setTimeout(() => incoming.destroyed || act(), ms)
    }
    /** What is done with the answer to the commit under way. */
    let answering: ((answer: Buffer) => void) | undefined
    outgoing.on('data', (bytes: Buffer) => {
      const answer = answering
      answering = undefined
      if (answer === undefined) incoming.write(bytes)
      else answer(bytes)
    })
    const read = createMessageReader()
    incoming.on('data', (bytes: Buffer) => {
      for (const message of read(bytes)) {
        const fault: CommitFault = isCommit(message) ? decide() : { kind: 'none' }
        switch (fault.kind) {
          case 'fail':
            incoming.destroy()
            return
          case 'delay':
            // The server sends nothing else on this connection before it has the answer.
            later(fault.ms, () => outgoing.write(message))
            break
          case 'hold-answer':
            answering = (answer) => later(fault.ms, () => incoming.write(answer))
            outgoing.write(message)
            break
          case 'lose-answer':
            answering = () => {
              fault.lost?.()
              incoming.destroy()
            }
            outgoing.write(message)
            break
          case 'none':
            outgoing.write(message)
        }
      }
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const through = new URL(databaseUrl)
  through.hostname = '127.0.0.1'
  through.port = String((server.address() as AddressInfo).port)
  return {
    databaseUrl: through.href,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

/** Cuts what a client sends into PostgreSQL's messages: the first has no type, the others a byte before their length. */
function createMessageReader(): (bytes: Buffer) => Buffer[] {
  let rest = Buffer.alloc(0)
  let typeBytes = 0
  return (bytes) => {
    const messages: Buffer[] = []
    rest = Buffer.concat([rest, bytes])
    while (rest.length >= typeBytes + 4) {
      const size = typeBytes + rest.readInt32BE(typeBytes)
      if (rest.length < size) break
      messages.push(rest.subarray(0, size))
      rest = rest.subarray(size)
      typeBytes = 1
    }
    return messages
  }
}

/** A simple query that says so, as drizzle sends it. */
function isCommit(message: Buffer): boolean {
  return message[0] === 0x51 && message.toString('latin1', 5, message.length - 1).toLowerCase() === 'commit'
}
