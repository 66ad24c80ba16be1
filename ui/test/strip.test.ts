import { describe, expect, it } from 'vitest'
import type { RunState, StripBar } from '../src/backend/types'
import { allStates } from '../src/marks/state'
import { barParts, placeAt, stripCounts, stripPaths, stripPlaces } from '../src/marks/strip'

const bar = (state: RunState, index = 0): StripBar => ({
  run_id: `${index}`,
  scheduled_at: '2026-11-21T04:00:00.000Z',
  state,
  reason: null,
  count: 1,
  duration_ms: null,
})

/** The shape from top to bottom: a letter a pixel. */
const drawn = (state: RunState | null) => {
  const pixels = Array<string>(16).fill('.')
  for (const part of barParts(state)) pixels.fill(part.outlined ? 'o' : '#', part.y, part.y + part.height)
  return pixels.join('')
}

describe('a bar of the strip', () => {
  it.each([
    ['succeeded', '################'],
    ['failed', '####..##########'],
    ['timed_out', '#######..#######'],
    ['lost', '#######..#######'],
    ['skipped', '..........######'],
    ['running', 'oooooooooooooooo'],
    [null, '.......##.......'],
  ] as const)('of %s is drawn %s', (state, shape) => {
    expect(drawn(state)).toBe(shape)
  })

  it('has a shape for each state', () => {
    expect(allStates.filter((state) => !barParts(state).length)).toEqual([])
  })
})

it('puts the newest twenty at the right', () => {
  const bars = Array.from({ length: 25 }, (_, index) => bar('succeeded', index))
  expect(stripPlaces(bars).map((each) => each?.run_id)).toEqual(bars.slice(5).map((each) => each.run_id))
  const few = stripPlaces(bars.slice(0, 2))
  expect([few.length, few[17], few[19]?.run_id]).toEqual([20, null, '1'])
})

it('counts the states, most first', () => {
  expect(stripCounts([bar('failed'), bar('succeeded'), bar('succeeded')])).toEqual([
    ['succeeded', 2],
    ['failed', 1],
  ])
})

it('draws what looks alike as one path', () => {
  const paths = stripPaths(stripPlaces([bar('succeeded', 1), bar('failed', 2), bar('succeeded', 3)]))
  expect(paths.map((each) => [each.state, each.path.split('z').length - 1])).toEqual([
    [null, 17],
    ['succeeded', 2],
    ['failed', 2],
  ])
})

it('knows the bar under the pointer', () => {
  expect([-3, 0, 4, 5, 117, 300].map(placeAt)).toEqual([0, 0, 0, 1, 19, 19])
})
