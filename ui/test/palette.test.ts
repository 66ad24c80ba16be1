import { expect, it } from 'vitest'
import { fitting, placeIn } from '../src/features/shell/palette'

it.each([
  ['Go to the runs', 'go to the runs', 0],
  ['Go to the runs', 'runs go', 10],
  ['Go to the runs', 'gttr', 14],
  ['Go to the runs', '', 0],
  ['前往设置', '设置', 2],
  ['Go to the runs', 'jobs', null],
])('%s: what is wished for by %j stands at %s', (text, wish, place) => {
  expect(placeIn(text, wish)).toBe(place)
})

it('puts first what says it first, and keeps the order of equals', () => {
  const titles = ['Export all jobs', 'Jobs', 'Job runs', 'Nodes']
  expect(fitting(titles, 'job', (title) => [title])).toEqual(['Jobs', 'Job runs', 'Export all jobs'])
  expect(fitting(titles, '', (title) => [title])).toEqual(titles)
  expect(fitting(titles, '节点', (title) => [title, title === 'Nodes' ? '节点' : ''])).toEqual(['Nodes'])
})
