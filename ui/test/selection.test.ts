import { describe, expect, it } from 'vitest'
import type { BulkProgress } from '../src/backend/types'
import { landing } from '../src/components/grid'
import { menuPlace, menuStep } from '../src/components/menu'
import {
  everything,
  extended,
  isSelected,
  lineAt,
  nothing,
  placeOf,
  sizeOf,
  targetOf,
  toggled,
} from '../src/features/jobs/selection'
import { canUndo, deedOf } from '../src/stores/bulk'
import { plainList, readViewAddress, sameList, viewAddress, withView } from '../src/stores/jobsView'

describe('a selection', () => {
  it('of some jobs is told by their ids', () => {
    const two = toggled(extended(nothing, ['a', 'b', 'c', 'b']), 'b')
    expect(targetOf(two, 'tag:x')).toEqual({ jobs: ['a', 'c'] })
    expect([sizeOf(two, 9), isSelected(two, 'b')]).toEqual([2, false])
  })

  it('of all that match is told by the query, but for a few', () => {
    const most = toggled(toggled(toggled(everything, 'a'), 'b'), 'a')
    expect(targetOf(most, 'tag:x')).toEqual({ query: { text: 'tag:x', except: ['b'] } })
    expect([sizeOf(most, 312), isSelected(most, 'a'), isSelected(most, 'b')]).toEqual([311, true, false])
    expect(sizeOf(everything, 0)).toBe(0)
  })
})

describe('a list with heads', () => {
  const heads = [
    { name: 'ops', at: 0, count: 2 },
    { name: 'web', at: 2, count: 1 },
    { name: '', at: 3, count: 2 },
  ]
  const drawn = Array.from({ length: 8 }, (_, index) => {
    const line = lineAt(heads, index)
    return 'row' in line ? line.row : line.head.name
  })

  it('has each head above its rows', () => {
    expect(drawn).toEqual(['ops', 0, 1, 'web', 2, '', 3, 4])
    expect([0, 1, 2, 3, 4].map((row) => drawn[placeOf(heads, row)])).toEqual([0, 1, 2, 3, 4])
    expect(lineAt([], 5)).toEqual({ row: 5 })
  })

  it.each([
    [0, 1, 1],
    [3, 1, 4],
    [3, -1, 2],
    [0, -1, 1],
    [5, 1, 6],
  ])('from %i by %i lands on %i, never on a head', (index, step, place) => {
    expect(landing(index, step, 8, (at) => typeof drawn[at] === 'string')).toBe(place)
  })

  it('of heads alone has no place to land', () => {
    expect(landing(0, 1, 2, () => true)).toBe(-1)
  })
})

describe('a view', () => {
  const view = {
    ...plainList,
    name: 'Nacht & Tag',
    text: 'tag:"a b" x',
    sort: 'next' as const,
    descending: true,
  }

  it('goes through its text unchanged', () => {
    expect(readViewAddress(` ${viewAddress(view)}\n`)).toEqual(view)
    expect(readViewAddress(viewAddress({ ...plainList, name: '夜', group: 'owner' }))).toEqual({
      ...plainList,
      name: '夜',
      group: 'owner',
    })
  })

  it('of another version has what is usual where it is not understood', () => {
    expect(readViewAddress('belfry://jobs?filter=a&group=moon&sort=size')).toEqual({
      ...plainList,
      name: '',
      text: 'a',
    })
    expect(readViewAddress('tag:a')).toBeNull()
  })

  it('takes the place of one with its name', () => {
    const other = { ...view, text: 'y' }
    expect(withView(withView([], view), other)).toEqual([other])
    expect(sameList(view, { ...view, text: ' tag:"a b" x ' })).toBe(true)
    expect(sameList(view, other)).toBe(false)
  })
})

describe('a change of many', () => {
  const end = (changed: number) => ({ changed: Array(changed).fill({}) }) as unknown as BulkProgress

  it('is named by what it does', () => {
    const target = { jobs: [] }
    expect(deedOf({ do: { action: 'pause', target } })).toBe('pause')
    expect(deedOf({ do: { action: { star: true }, target } })).toBe('star')
    expect(deedOf({ do: { action: { tag: { add: [], remove: [] } }, target } })).toBe('tag')
    expect(deedOf({ undo: [] })).toBe('undo')
  })

  it('can be taken back when something was changed and is kept', () => {
    expect([
      canUndo('delete', end(1)),
      canUndo('delete', end(0)),
      canUndo('run', end(1)),
      canUndo('undo', end(1)),
    ]).toEqual([true, false, false, false])
  })
})

describe('a menu', () => {
  const items = ['Pause', 'Run', 'Resume'].map((label) => ({ id: label, label, icon: '' }))

  it('stays in the window', () => {
    const size = { width: 200, height: 100 }
    expect(menuPlace({ x: 950, y: 20 }, size, { width: 960, height: 600 })).toEqual({
      left: '752px',
      top: '20px',
    })
    expect(menuPlace({ x: 1, y: 590 }, size, { width: 960, height: 600 })).toEqual({
      left: '8px',
      top: '492px',
    })
  })

  it('is gone through by arrows and letters', () => {
    expect(['ArrowDown', 'ArrowUp', 'End', 'r', 'z', 'Enter'].map((key) => menuStep(items, 0, key))).toEqual([
      1,
      2,
      2,
      1,
      null,
      null,
    ])
    expect(menuStep(items, 1, 'R')).toBe(2)
  })
})
