/** An element of a list, and the row that it shows now. */
export interface Place {
  element: number
  index: number
}

/**
 * Which element shows which row. A row that stays in view keeps its element, one that comes takes over an element whose
 * row went: nothing is made or moved while a list scrolls. Once it rests the elements stand in the order of their rows,
 * as whoever reads the list from its first element to its last expects.
 */
export class Recycled {
  private size = 0
  private order: number[] = []

  /** The elements in the order in which they stand, for rows that follow each other. */
  places(indexes: readonly number[], resting: boolean): Place[] {
    // With as many elements as rows were ever in view, rows that follow each other never share one.
    this.size = Math.max(this.size, indexes.length)
    const shown = new Map(indexes.map((index) => [index % this.size, index]))
    const kept = resting ? [] : this.order.filter((element) => shown.has(element))
    const known = new Set(kept)
    this.order = [...kept, ...[...shown.keys()].filter((element) => !known.has(element))]
    return this.order.map((element) => ({ element, index: shown.get(element)! }))
  }
}
