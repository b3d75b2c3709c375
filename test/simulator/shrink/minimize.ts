/**
 * Delta debugging (ddmin): the smallest list found of which `stillFails` answered true, with no single chunk that
 * could be left out. `items` itself is known to fail and never tried; the empty list is tried first. Asks as often as
 * it must: whoever has no time left answers false.
 */
export async function minimize<Item>(
  items: readonly Item[],
  stillFails: (items: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[]> {
  if (items.length === 0 || (await stillFails([]))) return []
  let left = items
  let parts = 2
  while (left.length >= 2) {
    const chunks = split(left, parts)
    const smaller =
      (await find(chunks, stillFails)) ??
      // Of two chunks, one left out is the other one.
      (parts > 2
        ? await find(
            chunks.map((chunk) => left.filter((item) => !chunk.includes(item))),
            stillFails,
          )
        : undefined)
    if (smaller !== undefined) {
      parts = smaller.length < left.length / 2 ? 2 : Math.max(2, Math.min(parts - 1, smaller.length))
      left = smaller
    } else if (parts < left.length) parts = Math.min(left.length, parts * 2)
    else break
  }
  return left
}

function split<Item>(items: readonly Item[], parts: number): (readonly Item[])[] {
  return Array.from({ length: parts }, (_, part) =>
    items.slice(Math.round((part * items.length) / parts), Math.round(((part + 1) * items.length) / parts)),
  ).filter((chunk) => chunk.length > 0)
}

async function find<Item>(
  candidates: readonly (readonly Item[])[],
  stillFails: (items: readonly Item[]) => Promise<boolean>,
): Promise<readonly Item[] | undefined> {
  for (const candidate of candidates) if (await stillFails(candidate)) return candidate
  return undefined
}
