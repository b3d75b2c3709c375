import { encodeClientFrame, OPCODE, openWireClient, type WireClient } from './wire-client.ts'

/** A Socket.IO connection, by hand: of 2,000 in one process most only count what they are sent. */
export interface EventsClient {
  readonly wire: WireClient
  /** Sends a request whose answer nobody waits for. */
  send(name: string, payload: object): void
}

/** How long connecting and joining may take, ms. */
const JOIN_TIMEOUT_MS = 20_000
/** Packets of Engine.IO and Socket.IO together: connect, event and answer, in the namespace. */
const NAMESPACE = '/realtime,'
const CONNECT = `40${NAMESPACE}`
const EVENT = `42${NAMESPACE}`
const ANSWER = `43${NAMESPACE}`

const decoder = new TextDecoder()
const encode = (text: string): Buffer => encodeClientFrame(Buffer.from(text), OPCODE.text)

/** Connects and joins a page. */
export async function openEventsClient(url: string, token: string, pageId: string): Promise<EventsClient> {
  const wire = await openWireClient(`${url}/socket.io/?EIO=4&transport=websocket`)
  let nextId = 1
  const send = (name: string, payload: object) =>
    wire.write(encode(`${EVENT}${nextId++}${JSON.stringify([name, payload])}`))
  await new Promise<void>((resolve, reject) => {
    const fail = (why: string) => reject(new Error(`page ${pageId} was not joined: ${why}`))
    const late = setTimeout(() => fail(wire.closed ?? 'no answer'), JOIN_TIMEOUT_MS)
    wire.listener = (payload) => {
      const text = decoder.decode(payload)
      if (text.startsWith(CONNECT)) send('join_page', { pageId })
      else if (text.startsWith('44')) fail(text)
      else if (text.startsWith(ANSWER)) {
        clearTimeout(late)
        if (text.includes('"ok":true')) resolve()
        else fail(text)
      }
    }
    // Engine.IO's own greeting may have come with the upgrade; nothing in it is needed.
    wire.write(encode(CONNECT + JSON.stringify({ token })))
  })
  wire.listener = null
  return { wire, send }
}

/** An event's name and payload; null for any other message, such as the answer to a request. */
export function readEvent(payload: Uint8Array): [name: string, payload: unknown] | null {
  const text = decoder.decode(payload)
  return text.startsWith(`${EVENT}[`) ? JSON.parse(text.slice(EVENT.length)) : null
}
