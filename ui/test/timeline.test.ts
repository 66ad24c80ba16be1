import { describe, expect, it } from 'vitest'
import { firstLane, hitAt, placeOf, spanAt, ticks } from '../src/features/timeline/lanes'

const now = Date.parse('2026-11-21T04:34:56Z')
const HOUR = 3_600_000

describe('the timeline', () => {
  it('has now in its middle, and moves by half of its length', () => {
    const day = spanAt('day', now, 0)
    expect(day.until - day.since).toBe(24 * HOUR)
    expect(Math.abs(placeOf(now, day, 100) - 50)).toBeLessThan(2)
    expect(spanAt('day', now, 0.5).since - day.since).toBe(12 * HOUR)
  })

  it('stays where it is for a while', () => {
    const at = spanAt('day', now, 0)
    expect(spanAt('day', now + 60_000, 0)).toEqual(at)
  })

  it('draws lines at whole steps of the zone', () => {
    const lines = ticks(spanAt('day', now, 0), 8 * HOUR, 12)
    expect(lines.length).toBeLessThanOrEqual(13)
    expect(lines.every((at) => (at + 8 * HOUR) % (2 * HOUR) === 0)).toBe(true)
  })

  it('asks for lanes in steps, some before those in view', () => {
    expect([0, 28 * 19, 28 * 20, 28 * 60].map(firstLane)).toEqual([0, 0, 10, 50])
  })

  it('finds the run and the instant under the pointer', () => {
    const span = { since: 0, until: 100_000 }
    const lane = {
      id: 'a',
      project: 'ops',
      name: 'tick',
      runs: [
        {
          run_id: 'r',
          job: 'tick',
          state: 'succeeded' as const,
          at: new Date(10_000).toISOString(),
          until: new Date(20_000).toISOString(),
        },
      ],
      next: [new Date(80_000).toISOString()],
    }
    const hit = (x: number) => hitAt(lane, x, span, 1000, 50_000)
    expect(hit(150)).toMatchObject({ kind: 'run', run: { run_id: 'r' } })
    expect(hit(802)).toMatchObject({ kind: 'next' })
    expect(hit(500)).toBeNull()
  })
})
