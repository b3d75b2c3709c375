/** What a test can do with `component-host.tsx`, on `window.host`. */
export interface ComponentHost {
  /** Shows the editor, or other properties of it. */
  show(props: {
    url: string
    pageId: string
    token: string | (() => string)
    comments?: 'beside' | 'over' | 'none'
    tools?: boolean
  }): void
  hide(): void
}

/** Where `bench-host.tsx` opens a page. */
export interface BenchTarget {
  /** Our component, or a bare TipTap with the stock provider. */
  readonly kind: 'component' | 'bare'
  /** Where the server is; for the bare one, its socket. */
  readonly url: string
  readonly pageId: string
  readonly token: string
}

/** What the benchmark can do with `bench-host.tsx`, on `window.bench`. */
export interface BenchHost {
  /** Opens a page; answers after how many ms the words stood on the screen. */
  open(target: BenchTarget, lastWords: string): Promise<number>
  /** From now on each key's time is taken, from its press to the paint that shows it. */
  watchKeys(): void
  /** The times taken, ms. */
  readonly keyMs: readonly number[]
}
