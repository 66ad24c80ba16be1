import type { TimelineLane } from '../../backend/types'

/** How high a lane is, and where time begins to the right of the names. */
export const LANE = 28
/** Lanes that are asked for at once, and the steps in which the window into them moves. */
export const LANES_ASKED = 60
const STEP = 20

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export type Zoom = 'hour' | 'day' | 'week'

/** A stretch of time: what lies a third before now and what lies ahead, moved by `shift` of its lengths. */
export interface Span {
  since: number
  until: number
}

const lengths: Record<Zoom, number> = { hour: HOUR, day: DAY, week: 7 * DAY }

/** The span around `now`, its edges on whole minutes so that it stays for a while. */
export function spanAt(zoom: Zoom, now: number, shift: number): Span {
  const length = lengths[zoom]
  const grid = length / 60
  const since = Math.floor((now + shift * length - length / 2) / grid) * grid
  return { since, until: since + length }
}

/** Where an instant lies in a field of `width`. */
export const placeOf = (at: number, span: Span, width: number) =>
  ((at - span.since) / (span.until - span.since)) * width

/** The first lane to ask for when so much is scrolled away. */
export function firstLane(scrolled: number): number {
  return Math.max(0, Math.floor(scrolled / LANE / STEP) * STEP - STEP / 2)
}

/** Whole steps of the span to draw lines at, at most `most` of them. */
export function ticks(span: Span, offsetMs: number, most: number): number[] {
  const steps = [
    MINUTE,
    5 * MINUTE,
    10 * MINUTE,
    15 * MINUTE,
    30 * MINUTE,
    HOUR,
    2 * HOUR,
    3 * HOUR,
    6 * HOUR,
    12 * HOUR,
    DAY,
  ]
  const step = steps.find((each) => (span.until - span.since) / each <= most) ?? DAY
  const first = Math.ceil((span.since + offsetMs) / step) * step - offsetMs
  return Array.from(
    { length: Math.max(0, Math.ceil((span.until - first) / step)) },
    (_, index) => first + index * step,
  )
}

/** What lies under a pointer. */
export type Hit =
  | { kind: 'run'; lane: TimelineLane; run: TimelineLane['runs'][number] }
  | { kind: 'next'; lane: TimelineLane; at: string }

const NEAR = 4

/** The run, or else the instant to come, nearest to `x` on a lane. */
export function hitAt(lane: TimelineLane, x: number, span: Span, width: number, now: number): Hit | null {
  const of = (at: string) => placeOf(Date.parse(at), span, width)
  for (const run of lane.runs) {
    const from = of(run.at)
    const to = run.until ? of(run.until) : run.state === 'running' ? placeOf(now, span, width) : from
    if (x >= from - NEAR && x <= Math.max(to, from + 3) + NEAR) return { kind: 'run', lane, run }
  }
  const next = lane.next.find((at) => Math.abs(of(at) - x) <= NEAR)
  return next ? { kind: 'next', lane, at: next } : null
}
