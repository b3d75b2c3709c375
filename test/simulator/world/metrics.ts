/** What a server says at `/metrics` in Prometheus's text format, by name with labels; empty when it says nothing. */
export async function readMetrics(url: URL): Promise<Readonly<Record<string, number>>> {
  try {
    const response = await fetch(new URL('/metrics', url), { signal: AbortSignal.timeout(5_000) })
    return response.ok ? parseMetrics(await response.text()) : {}
  } catch {
    return {}
  }
}

/** One entry a line that is no comment. */
export function parseMetrics(text: string): Record<string, number> {
  const entries = text
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map(
      (line) =>
        [line.slice(0, line.lastIndexOf(' ')), Number(line.slice(line.lastIndexOf(' ') + 1))] as const,
    )
  return Object.fromEntries(entries)
}
