/** "12 ms", "1.5 s". */
export const formatMs = (ms: number) => (ms < 1_000 ? `${ms} ms` : `${Math.round(ms / 100) / 10} s`)
