import { describe, expect, it } from 'vitest'
import { isOfField, keyCaps, KeySequence, pressName } from '../src/commands/keyboard'
import type { Live, RunRow, RunState, RunsPage } from '../src/backend/types'
import { blankRun } from '../src/backend/fake/history'
import { fakeJobs } from '../src/backend/fake/jobs'
import { fittingColumns, movedTo } from '../src/components/grid'
import { jobColumns } from '../src/features/jobs/columns'
import { pageOffsets, pageQuery } from '../src/features/jobs/window'
import { statesOf, statesText, toggled } from '../src/features/runs/filter'
import { reduceLive, silence } from '../src/stores/live'
import { plainList } from '../src/stores/jobsView'
import { applyRuns } from '../src/stores/queries'

const job = fakeJobs(1)[0]!
const run = (serial: number, state: RunState = 'running'): RunRow => ({
  ...blankRun(job, serial, serial * 1000),
  state,
})
const page = (serials: number[], next: string | null): RunsPage => ({
  rows: serials.map((serial) => run(serial)),
  next,
})
const live = (sequence: number, more: Partial<Live> = {}): Live => ({
  sequence,
  jobs_changed: false,
  runs: [],
  agent: null,
  trouble: null,
  at: '2026-11-21T04:00:00.000Z',
  ...more,
})
const all = { jobId: null, states: [] }
const shown = (pages: RunsPage[]) =>
  pages.map((each) => each.rows.map((row) => Number(Date.parse(row.scheduled_at)) / 1000))

describe('changed runs', () => {
  it('replace the row that is there', () => {
    const [only] = applyRuns([page([3, 2, 1], null)], [run(2, 'succeeded')], all)
    expect(only!.rows.map((row) => row.state)).toEqual(['running', 'succeeded', 'running'])
  })

  it('come in at their place', () => {
    expect(shown(applyRuns([page([9, 7], 'k'), page([5, 3], null)], [run(10), run(6), run(1)], all))).toEqual(
      [
        [10, 9, 7],
        [6, 5, 3, 1],
      ],
    )
  })

  it('wait for their page when there is more to read', () => {
    expect(shown(applyRuns([page([9, 7], 'k')], [run(1)], all))).toEqual([[9, 7]])
  })

  it('leave a list that excludes them', () => {
    const states: RunState[] = ['running']
    expect(shown(applyRuns([page([2, 1], null)], [run(2, 'failed')], { jobId: null, states }))).toEqual([[1]])
    expect(shown(applyRuns([page([2], null)], [run(3)], { jobId: 'another', states: [] }))).toEqual([[2]])
  })
})

describe('an event', () => {
  it('asks for the lists that it touches', () => {
    const { effects } = reduceLive(silence, live(1, { runs: [run(1)] }))
    expect(effects).toMatchObject({ everything: false, jobs: true, hello: false })
  })

  it('that was missed asks for everything', () => {
    const first = reduceLive(silence, live(1)).state
    expect(reduceLive(first, live(2)).effects.everything).toBe(false)
    expect(reduceLive(first, live(3)).effects.everything).toBe(true)
  })

  it('keeps the agent and the last run until there are others', () => {
    const first = reduceLive(silence, live(1, { agent: 'stopped', runs: [run(4)] })).state
    const second = reduceLive(first, live(2)).state
    expect([second.agent, second.last?.run_id]).toEqual(['stopped', run(4).run_id])
  })

  it('after trouble asks for everything', () => {
    const first = reduceLive(silence, live(1, { trouble: 'locked' })).state
    expect(reduceLive(first, live(2)).effects.everything).toBe(true)
  })
})

describe('the window into the jobs', () => {
  it.each([
    [0, 40, [0]],
    [90, 130, [0, 100]],
    [950, 1010, [0, 900, 1000]],
  ])('of rows %i to %i reads the pages %j', (first, last, offsets) => {
    expect(pageOffsets(first, last)).toEqual(offsets)
  })

  it('asks with trimmed words', () => {
    const shape = { ...plainList, text: '  backup ', sort: 'next' as const }
    expect(pageQuery(shape, 'en', 100)).toEqual({
      text: 'backup',
      language: 'en',
      group: 'none',
      sort: 'next',
      descending: false,
      offset: 100,
      limit: 100,
    })
  })
})

describe('the states of a filter', () => {
  it('go through the address', () => {
    expect(statesOf('failed,running,nonsense')).toEqual(['running', 'failed'])
    expect(statesText(['running', 'failed'])).toBe('running,failed')
    expect([statesOf(undefined), statesText([])]).toEqual([[], undefined])
  })

  it('are put in and taken out', () => {
    expect(toggled(toggled([], 'failed'), 'lost')).toEqual(['failed', 'lost'])
    expect(toggled(['failed', 'lost'], 'failed')).toEqual(['lost'])
  })
})

describe('a grid', () => {
  it.each([
    [1048, 'on strip name schedule next nodes owner average'],
    [584, 'on strip name next'],
    [400, 'on strip name'],
  ])('of %i px shows %s', (width, columns) => {
    expect(
      fittingColumns(jobColumns, width)
        .map((column) => column.id)
        .join(' '),
    ).toBe(columns)
  })

  it.each([
    [-1, 1, 5, 0],
    [4, 1, 5, 4],
    [0, -1, 5, 0],
    [1, 1, 5, 2],
    [0, 1, 0, -1],
  ])('at %i by %i of %i goes to %i', (from, step, count, to) => {
    expect(movedTo(from, step, count)).toBe(to)
  })
})

describe('the keyboard', () => {
  const press = (key: string, more = {}) =>
    pressName({ key, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...more })

  it('names presses alike on each system', () => {
    expect([
      press('k', { ctrlKey: true }),
      press('K', { metaKey: true }),
      press('?'),
      press('a', { altKey: true }),
    ]).toEqual(['mod+k', 'mod+k', '?', null])
  })

  it('names Shift where no character shows it', () => {
    expect([
      press('ArrowDown', { shiftKey: true }),
      press('J', { shiftKey: true }),
      press(' '),
      press('F10', { shiftKey: true }),
    ]).toEqual(['shift+ArrowDown', 'J', 'Space', 'shift+F10'])
    expect(keyCaps('J', false)).toEqual([['Shift', 'J']])
  })

  it('leaves a text field what it needs', () => {
    expect(['mod+a', 'mod+z', 'mod+k', 'a'].map(isOfField)).toEqual([true, true, false, false])
  })

  it('joins a sequence only when it is quick', () => {
    const keys = new KeySequence()
    expect(keys.press('g', 0)).toEqual(['g'])
    expect(keys.press('j', 900)).toEqual(['g j', 'j'])
    expect(keys.press('r', 5000)).toEqual(['r'])
  })

  it('draws what is pressed', () => {
    expect([keyCaps('mod+k', false), keyCaps('mod+k', true), keyCaps('g j', false)]).toEqual([
      [['Ctrl', 'K']],
      [['⌘', 'K']],
      [['G'], ['J']],
    ])
  })
})
