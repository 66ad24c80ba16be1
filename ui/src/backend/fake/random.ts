/** A small seeded generator: the same seed gives the same numbers on every machine. */
export function seeded(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) >>> 0
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state)
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4294967296
  }
}

/** A made-up id of the shape of a UUID. */
export function fakeId(kind: number, ...parts: number[]): string {
  const hex = (value: number, digits: number) => value.toString(16).padStart(digits, '0').slice(-digits)
  const [first = 0, second = 0] = parts
  return `${hex(kind, 8)}-${hex(first, 4)}-7000-8000-${hex(second, 12)}`
}
