import { createServer, type IncomingMessage, request } from 'node:http'
import { type AddressInfo, connect, type Socket } from 'node:net'
import type { Duplex } from 'node:stream'

/** How a proxy treats WebSockets: passes them, refuses them, or never answers. */
export type UpgradeTreatment = 'pass' | 'refuse' | 'swallow'

/** An HTTP proxy before a server, as some networks have it. */
export interface UpgradeBlocker {
  readonly url: string
  /** From now on; WebSockets that were treated otherwise are cut. */
  treat(treatment: UpgradeTreatment): void
  close(): Promise<void>
}

/** Starts a proxy to `target` that refuses WebSockets. */
export async function createUpgradeBlocker(target: string): Promise<UpgradeBlocker> {
  const { hostname, port } = new URL(target)
  const sockets = new Set<Socket>()
  const upgraded = new Set<Duplex>()
  let treatment: UpgradeTreatment = 'refuse'

  const server = createServer((incoming, outgoing) => {
    const { method, url, headers } = incoming
    const forwarded = request({ hostname, port, method, path: url, headers }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers)
      answer.pipe(outgoing)
    })
    forwarded.on('error', () => outgoing.destroy())
    outgoing.on('close', () => forwarded.destroy())
    incoming.pipe(forwarded)
  })
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.on('close', () => sockets.delete(socket))
  })
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    socket.on('error', () => undefined)
    if (treatment === 'refuse') {
      socket.end('HTTP/1.1 403 Forbidden\r\nConnection: close\r\nContent-Length: 0\r\n\r\n')
      return
    }
    upgraded.add(socket)
    socket.on('close', () => upgraded.delete(socket))
    if (treatment === 'swallow') return
    const passed = connect(Number(port), hostname, () => {
      const headers = incoming.rawHeaders.map((word, index) =>
        index % 2 === 0 ? `${word}: ` : `${word}\r\n`,
      )
      passed.write(`${incoming.method} ${incoming.url} HTTP/1.1\r\n${headers.join('')}\r\n`)
      passed.write(head)
      passed.pipe(socket).pipe(passed)
    })
    passed.on('error', () => undefined)
    passed.on('close', () => socket.destroy())
    socket.on('close', () => passed.destroy())
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    treat(next) {
      if (next === treatment) return
      treatment = next
      for (const socket of upgraded) socket.destroy()
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}
