import { expect, it } from 'vitest'
import { runPlace } from '../src/stores/links'

it.each([
  ['belfry://run/00000002-0001', { name: 'run', params: { runId: '00000002-0001' }, query: {} }],
  [
    'belfry://run/ab/?attempt=2&line=7&other=1',
    { name: 'run', params: { runId: 'ab' }, query: { attempt: '2', line: '7' } },
  ],
  ['belfry://run/', null],
  ['belfry://run/../../x', null],
  ['https://run/ab', null],
])('%s leads to its screen', (address, place) => {
  expect(runPlace(address)).toEqual(place)
})
