import { describe, expect, it } from 'vitest'
import { plotIndex, plotPath, plotTop } from '../src/components/plot'

describe('a plot', () => {
  it('draws values from left to right, the largest at the top', () => {
    expect(plotPath([0, 5, 10], 10, 200, 100)).toBe('M0 100L100 50L200 0')
  })

  it('leaves a gap where there is no value, and a dot between two gaps', () => {
    expect(plotPath([1, null, 1, null, 1, 1], 1, 50, 10)).toBe('M0 0h0.1M20 0h0.1M40 0L50 0')
  })

  it('has a top of at least 1', () => {
    const line = { name: '', colour: '' }
    expect(plotTop([{ ...line, values: [null, 0] }])).toBe(1)
    expect(
      plotTop([
        { ...line, values: [3, null] },
        { ...line, values: [7] },
      ]),
    ).toBe(7)
  })

  it('finds the value under the pointer', () => {
    expect([-5, 0, 49, 51, 100, 900].map((x) => plotIndex(x, 100, 3))).toEqual([0, 0, 1, 1, 2, 2])
  })
})
