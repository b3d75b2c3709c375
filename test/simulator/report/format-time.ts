/** "0.5 s", "90 s", "10 min", "12 min 30 s", "8 h", "8 h 5 min". */
export function formatSeconds(seconds: number): string {
  const rounded = Math.round(seconds)
  if (rounded < 120) return `${Math.round(seconds * 10) / 10} s`
  return rounded < 7_200
    ? join(Math.floor(rounded / 60), 'min', rounded % 60, 's')
    : join(Math.floor(rounded / 3_600), 'h', Math.floor((rounded % 3_600) / 60), 'min')
}

const join = (whole: number, unit: string, rest: number, smaller: string) =>
  rest === 0 ? `${whole} ${unit}` : `${whole} ${unit} ${rest} ${smaller}`

/** "12 ms", "1.5 s", and so on. */
export const formatMs = (ms: number) => (ms > 0 && ms < 1_000 ? `${ms} ms` : formatSeconds(ms / 1_000))
