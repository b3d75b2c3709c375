import type { SocketOutbox } from './socket-outbox.ts'

/**
 * What may wait to be sent to a client that does not read, bytes. It then resyncs when it comes back. The largest
 * message that waits is not counted: it is the page that the client has asked for, and would ask for again.
 */
export const MAX_UNSENT_BYTES = 16 * 1024 * 1024

/** Whether more waits to be sent over one socket than may. */
export interface SocketBacklog {
  /** Counts a message of so many bytes; false if it is more than may wait. */
  mayAdd(bytes: number): boolean
  /** Whether too much waits and none of it is being read, both now and when this was last asked. */
  isStuck(isReading: boolean): boolean
}

export function createSocketBacklog(outbox: Pick<SocketOutbox, 'waitingBytes'>): SocketBacklog {
  return new Backlog(outbox)
}

/** A class, since there is one for each socket. */
class Backlog implements SocketBacklog {
  readonly #outbox: Pick<SocketOutbox, 'waitingBytes'>
  /** The largest message since nothing waited. */
  #largestBytes = 0
  #wasTooMuch = false

  constructor(outbox: Pick<SocketOutbox, 'waitingBytes'>) {
    this.#outbox = outbox
  }

  mayAdd(bytes: number): boolean {
    const { waitingBytes } = this.#outbox
    const before = waitingBytes === 0 ? 0 : this.#largestBytes
    this.#largestBytes = Math.max(before, bytes)
    return waitingBytes + bytes - this.#largestBytes <= MAX_UNSENT_BYTES
  }

  isStuck(isReading: boolean): boolean {
    const wasTooMuch = this.#wasTooMuch
    this.#wasTooMuch = !isReading && this.#outbox.waitingBytes > MAX_UNSENT_BYTES
    return wasTooMuch && this.#wasTooMuch
  }
}
