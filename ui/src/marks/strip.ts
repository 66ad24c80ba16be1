import type { RunState, StripBar } from '../backend/types'

export const STRIP_BARS = 20
export const BAR_WIDTH = 4
export const BAR_GAP = 2
export const STRIP_HEIGHT = 16
const CAP = 4
const SKIPPED_HEIGHT = 6
const HALF = 7

/** A rectangle of a bar, relative to the strip's top and the bar's left edge. */
export interface BarPart {
  y: number
  height: number
  outlined: boolean
}

const full: BarPart[] = [{ y: 0, height: STRIP_HEIGHT, outlined: false }]
const halves: BarPart[] = [
  { y: 0, height: HALF, outlined: false },
  { y: STRIP_HEIGHT - HALF, height: HALF, outlined: false },
]

const notched: BarPart[] = [
  { y: 0, height: CAP, outlined: false },
  { y: CAP + 2, height: STRIP_HEIGHT - CAP - 2, outlined: false },
]

/** The shape of a bar: the states differ without their colours too. */
export function barParts(state: RunState | null): BarPart[] {
  switch (state) {
    case null:
      return [{ y: STRIP_HEIGHT / 2 - 1, height: 2, outlined: false }]
    case 'succeeded':
      return full
    case 'running':
    case 'claimed':
      return [{ y: 0, height: STRIP_HEIGHT, outlined: true }]
    case 'skipped':
      return [{ y: STRIP_HEIGHT - SKIPPED_HEIGHT, height: SKIPPED_HEIGHT, outlined: false }]
    case 'timed_out':
    case 'lost':
      return halves
    case 'failed':
    case 'killed':
    case 'rejected':
      return notched
  }
}

/** The twenty places of a strip, newest right; places without a run are null. */
export function stripPlaces(bars: readonly StripBar[]): (StripBar | null)[] {
  const newest = bars.slice(-STRIP_BARS)
  return [...Array<null>(STRIP_BARS - newest.length).fill(null), ...newest]
}

/** How many runs of a strip are in each state, most first. */
export function stripCounts(bars: readonly StripBar[]): [RunState, number][] {
  const counts = new Map<RunState, number>()
  for (const bar of bars) counts.set(bar.state, (counts.get(bar.state) ?? 0) + 1)
  return [...counts].sort((a, b) => b[1] - a[1])
}

const rectangle = (x: number, y: number, width: number, height: number) =>
  `M${x} ${y}h${width}v${height}h${-width}z`

/** A strip as few paths: one for each colour and kind. */
export interface StripPath {
  state: RunState | null
  outlined: boolean
  path: string
}

/** Draws the places of a strip; what looks alike is one path, so that hundreds of strips scroll well. */
export function stripPaths(places: readonly (StripBar | null)[]): StripPath[] {
  const paths = new Map<string, StripPath>()
  places.forEach((bar, index) => {
    const state = bar?.state ?? null
    for (const { y, height, outlined } of barParts(state)) {
      const inset = outlined ? 0.5 : 0
      const key = `${state} ${outlined}`
      const known = paths.get(key) ?? { state, outlined, path: '' }
      const x = index * (BAR_WIDTH + BAR_GAP)
      known.path += rectangle(x + inset, y + inset, BAR_WIDTH - 2 * inset, height - 2 * inset)
      paths.set(key, known)
    }
  })
  return [...paths.values()]
}

/** The place under a distance from the left edge; half of each gap belongs to its neighbours. */
export function placeAt(x: number): number {
  return Math.max(0, Math.min(STRIP_BARS - 1, Math.floor((x + BAR_GAP / 2) / (BAR_WIDTH + BAR_GAP))))
}
