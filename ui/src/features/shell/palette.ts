/** Something that the palette offers. */
export interface Entry {
  id: string
  label: string
  /** Stands before the label, quieter. */
  prefix?: string
  /** Stands after it, quieter. */
  suffix?: string
  icon: string
  keys?: string[]
  run: () => void
}

/**
 * How early a text says what is wished for: every word of the wish is in it, or the wish is how its words begin, one
 * letter each. Less is better; null if it does not.
 */
export function placeIn(text: string, wish: string): number | null {
  const lower = text.toLowerCase()
  const words = wish.toLowerCase().split(/\s+/).filter(Boolean)
  const places = words.map((word) => lower.indexOf(word))
  if (places.every((place) => place >= 0)) return places[0] ?? 0
  const initials = lower.split(/\s+/).map((word) => word[0])
  return initials.join('').startsWith(words.join('')) ? lower.length : null
}

/** Those that fit the wish, best first; each has the texts by which it is found. */
export function fitting<Item>(items: readonly Item[], wish: string, texts: (item: Item) => string[]): Item[] {
  const found = items.flatMap((item) => {
    const places = texts(item).flatMap((text) => placeIn(text, wish) ?? [])
    return places.length ? [{ item, place: Math.min(...places) }] : []
  })
  return found.sort((a, b) => a.place - b.place).map(({ item }) => item)
}
