import { expect, it } from 'vitest'
import { Recycled } from '../src/components/recycled'

const rows = (first: number, count: number) => Array.from({ length: count }, (_, each) => first + each)
const elements = (list: Recycled, first: number, count: number, resting: boolean) =>
  list.places(rows(first, count), resting).map(({ element, index }) => `${element}:${index}`)

it('gives a row that comes the element of one that went, where it stands', () => {
  const list = new Recycled()
  expect(elements(list, 0, 4, true)).toEqual(['0:0', '1:1', '2:2', '3:3'])
  expect(elements(list, 2, 4, false)).toEqual(['0:4', '1:5', '2:2', '3:3'])
  expect(elements(list, 90, 4, false)).toEqual(['0:92', '1:93', '2:90', '3:91'])
})

it('puts the elements into the order of the rows once the list rests', () => {
  const list = new Recycled()
  elements(list, 0, 4, true)
  elements(list, 2, 4, false)
  expect(elements(list, 2, 4, true)).toEqual(['2:2', '3:3', '0:4', '1:5'])
})

it('shows every row once while the view grows and shrinks', () => {
  const list = new Recycled()
  for (const [first, count] of [
    [0, 3],
    [1, 7],
    [5, 2],
    [0, 5],
    [4, 9],
  ] as const) {
    const places = list.places(rows(first, count), false)
    expect(places.map(({ index }) => index).sort((a, b) => a - b)).toEqual(rows(first, count))
    expect(new Set(places.map(({ element }) => element)).size).toBe(count)
  }
})
