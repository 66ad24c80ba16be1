import type { ClockChange, NextLine } from '../../backend/types'

/** A clock change on the line. */
export interface ChangeMark {
  x: number
  change: ClockChange
}

/** Where the next runs and the clock changes between them stand on a line from 0 to 1. */
export function timelineMarks(next: readonly NextLine[], changes: readonly ClockChange[], now: number) {
  const last = Math.max(now + 1, ...next.map((line) => Date.parse(line.at)))
  const place = (at: string) => (Date.parse(at) - now) / (last - now)
  return {
    dots: next.map((line) => ({ x: place(line.at), line })),
    changes: changes
      .map((change): ChangeMark => ({ x: place(change.at), change }))
      .filter(({ x }) => x >= 0 && x <= 1),
  }
}

/** A clock change from one reading to another; the day is said once when it stays the same. */
export function changeReadings({ local_before, local_after }: ClockChange): {
  before: string
  after: string
} {
  const [day, time] = local_after.split(' ')
  return { before: local_before, after: local_before.startsWith(day!) ? (time ?? '') : local_after }
}
