import { EMPTY_LEDGER, recordReceived, recordSent, type WireLedger } from './wire-ledger.ts'

/** A WebSocket class whose instances keep a ledger, starting from empty with each connection. */
export function createLedgerSocket(onChange: (ledger: WireLedger) => void): typeof WebSocket {
  let current: WebSocket | null = null
  return class LedgerSocket extends WebSocket {
    #ledger = EMPTY_LEDGER

    constructor(url: string | URL, protocols?: string | string[]) {
      super(url, protocols)
      current = this
      // The provider adds its own listener later, so it acts on a frame after the ledger knows of it.
      this.addEventListener('message', ({ data }) => {
        if (data instanceof ArrayBuffer) this.#update(recordReceived(this.#ledger, new Uint8Array(data)))
      })
    }

    override send(data: Parameters<WebSocket['send']>[0]): void {
      if (data instanceof Uint8Array) this.#update(recordSent(this.#ledger, data))
      super.send(data)
    }

    #update(next: WireLedger): void {
      if (next === this.#ledger) return
      this.#ledger = next
      // A socket that was given up may still deliver frames; they say nothing about the present one.
      if (current === this) onChange(next)
    }
  }
}
