import * as Y from 'yjs'
import { type Dialect, STEP } from './dialect.ts'
import { encodeClientFrame, openWireClient, type WireClient } from './wire-client.ts'

/** How long opening a page may take, ms. */
const JOIN_TIMEOUT_MS = 60_000
const NOTHING_YET = Y.encodeStateVector(new Y.Doc())

/** Opens a page as a stock provider does, and resolves with the page's state as the server sent it. */
export async function joinPage(
  dialect: Dialect,
  url: string,
  pageId: string,
  token: string,
): Promise<{ client: WireClient; state: Uint8Array }> {
  const client = await openWireClient(dialect.toUrl(url, pageId))
  const state = await new Promise<Uint8Array>((resolve, reject) => {
    const late = setTimeout(
      () => reject(new Error(`page ${pageId} did not open: ${client.closed ?? 'no answer'}`)),
      JOIN_TIMEOUT_MS,
    )
    const askForState = () =>
      client.write(encodeClientFrame(dialect.encodeSync(pageId, STEP.stateVector, NOTHING_YET)))
    client.listener = (payload) => {
      const heard = dialect.read(payload)
      if (heard.kind === 'authenticated') askForState()
      else if (heard.kind === 'answer') resolve(new Uint8Array(heard.update))
      else if (heard.kind === 'refused') reject(new Error(`page ${pageId} was refused: ${heard.reason}`))
      else return
      if (heard.kind !== 'authenticated') clearTimeout(late)
    }
    const tokenMessage = dialect.encodeToken(pageId, token)
    if (tokenMessage === null) askForState()
    else client.write(encodeClientFrame(tokenMessage))
  })
  client.listener = null
  return { client, state }
}
