/** A column of a grid. */
export interface Column {
  id: string
  label: string
  /** Pixels; of a column that grows, the least. */
  width: number
  grows?: boolean
  align?: 'right'
  /** Columns with the smallest number go first when there is no room; 0 never goes. */
  rank: number
  /** Cells without padding at their sides. */
  bare?: boolean
  /** The order that a click on the head asks for. */
  sort?: string
}

/** Which order holds, for the heads that ask for one. */
export interface Order {
  by: string
  descending: boolean
}

/** The columns that fit into `width` pixels, in their order. */
export function fittingColumns(columns: readonly Column[], width: number): Column[] {
  let kept = [...columns]
  const needed = () => kept.reduce((sum, column) => sum + column.width, 0)
  while (width > 0 && needed() > width) {
    const ranks = kept.flatMap((column) => (column.rank > 0 ? [column.rank] : []))
    if (!ranks.length) break
    const lowest = Math.min(...ranks)
    kept = kept.filter((column) => column.rank !== lowest)
  }
  return kept
}

/** The tracks of a CSS grid. */
export function gridTracks(columns: readonly Column[]): string {
  return columns
    .map((column) => (column.grows ? `minmax(0, ${column.width}fr)` : `${column.width}px`))
    .join(' ')
}

/** Where the selection goes by `step` among `count` rows. */
export function movedTo(from: number, step: number, count: number): number {
  if (count === 0) return -1
  return Math.max(0, Math.min(count - 1, from < 0 ? 0 : from + step))
}

/** The next place from `index` on, going by the sign of `step`, that is no head of a group; -1 if there is none. */
export function landing(
  index: number,
  step: number,
  count: number,
  isHead: (index: number) => boolean,
): number {
  const direction = step < 0 ? -1 : 1
  for (const way of [direction, -direction]) {
    for (let at = index; at >= 0 && at < count; at += way) if (!isHead(at)) return at
  }
  return -1
}
