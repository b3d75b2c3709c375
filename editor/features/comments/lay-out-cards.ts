/** A card beside the text: where it would stand if it were alone, and how high it is, CSS pixels. */
export interface Card {
  readonly id: string
  readonly wanted: number
  readonly height: number
}

/**
 * Where cards stand so that none covers another, in the order in which they come. The active one stands where
 * it would if it were alone, and the others make room; but none stands above the top.
 */
export function layOutCards(
  cards: readonly Card[],
  activeId: string | null,
  gap: number,
): ReadonlyMap<string, number> {
  const tops = new Map<string, number>()
  const pivot = Math.max(
    0,
    cards.findIndex(({ id }) => id === activeId),
  )
  let below = 0
  for (const { id, wanted, height } of cards.slice(pivot)) {
    const top = Math.max(wanted, below)
    tops.set(id, top)
    below = top + height + gap
  }
  let above = tops.get(cards[pivot]?.id ?? '') ?? 0
  for (const { id, wanted, height } of cards.slice(0, pivot).reverse()) {
    const top = Math.min(wanted, above - gap - height)
    tops.set(id, top)
    above = top
  }
  const missing = -Math.min(0, ...tops.values())
  if (missing > 0) return layOutFromTop(cards, gap, tops, missing)
  return tops
}

/** There is no room above: everything moves down as far as it must. */
function layOutFromTop(
  cards: readonly Card[],
  gap: number,
  tops: ReadonlyMap<string, number>,
  missing: number,
): ReadonlyMap<string, number> {
  const moved = new Map<string, number>()
  let free = 0
  for (const [index, { id, height }] of cards.entries()) {
    const top = index === 0 ? (tops.get(id) ?? 0) + missing : Math.max(tops.get(id) ?? 0, free)
    moved.set(id, Math.max(top, free))
    free = (moved.get(id) ?? 0) + height + gap
  }
  return moved
}
