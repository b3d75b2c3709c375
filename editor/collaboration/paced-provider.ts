import { HocuspocusProvider, MessageType } from '@hocuspocus/provider'
import { createDecoder, readVarString, readVarUint, readVarUint8Array } from 'lib0/decoding'
import { messageYjsSyncStep1, messageYjsUpdate } from 'y-protocols/sync'
import * as Y from 'yjs'
import { createArrivals } from './arrivals.ts'
import { applyIncoming, onUpdate } from './incoming-updates.ts'

/** How a frame is treated: shown with others, handled beside what waits, or handled after it. */
type Handling = 'edit' | 'cursor' | 'at-once' | 'in-order'

/** The stock provider, but that others' edits and cursors are shown together when they come fast. */
export class PacedProvider extends HocuspocusProvider {
  readonly #arrivals = createArrivals<{ event: MessageEvent; isEdit: boolean }>({
    show: (items) => this.#show(items),
    now: () => performance.now(),
  })
  readonly #stopHearing = onUpdate(this.document, (_update, origin) => {
    if (origin !== this) this.#arrivals.keyPressed()
  })

  override onMessage(event: MessageEvent): void {
    const handling = toHandling(event.data)
    if (handling === 'at-once') super.onMessage(event)
    else if (handling !== 'in-order' && this.synced)
      this.#arrivals.add({ event, isEdit: handling === 'edit' })
    else {
      this.#arrivals.flush()
      applyIncoming(
        this.document,
        this,
        () => readUpdates([event]),
        () => super.onMessage(event),
      )
    }
  }

  override destroy(): void {
    this.#arrivals.close()
    this.#stopHearing()
    super.destroy()
  }

  /** The edits in one transaction, so that the text is laid out once; then the cursors, which may stand in them. */
  #show(items: readonly { event: MessageEvent; isEdit: boolean }[]): void {
    const edits = items.filter(({ isEdit }) => isEdit).map(({ event }) => event)
    const showEdits = () => {
      for (const event of edits) super.onMessage(event)
    }
    if (edits.length > 0)
      applyIncoming(
        this.document,
        this,
        () => readUpdates(edits),
        () => {
          Y.transact(this.document, showEdits, this, false)
        },
      )
    for (const { event, isEdit } of items) if (!isEdit) super.onMessage(event)
  }
}

/** The updates in frames, those of edits and of what answers a question for all that is missing. */
function readUpdates(events: readonly MessageEvent[]): Uint8Array[] {
  return events.flatMap(({ data }) => {
    const decoder = createDecoder(new Uint8Array(data as ArrayBuffer))
    readVarString(decoder)
    if (readVarUint(decoder) !== MessageType.Sync || readVarUint(decoder) === messageYjsSyncStep1) return []
    return [readVarUint8Array(decoder)]
  })
}

function toHandling(data: unknown): Handling {
  const decoder = createDecoder(new Uint8Array(data as ArrayBuffer))
  readVarString(decoder)
  switch (readVarUint(decoder)) {
    case MessageType.Sync:
      return readVarUint(decoder) === messageYjsUpdate ? 'edit' : 'in-order'
    case MessageType.Awareness:
      return 'cursor'
    // It speaks of one's own edits.
    case MessageType.SyncStatus:
      return 'at-once'
    default:
      return 'in-order'
  }
}
