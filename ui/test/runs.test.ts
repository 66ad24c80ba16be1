import { describe, expect, it } from 'vitest'
import type { ChangedField, RunsMistake, RunRow, RunState } from '../src/backend/types'
import { blankRun } from '../src/backend/fake/history'
import { fakeJobs } from '../src/backend/fake/jobs'
import { LogLines } from '../src/components/log'
import { adviceFor, endingWords, exitWords } from '../src/features/run/ending'
import { lineAt, numberIn, runLink } from '../src/features/run/link'
import { compareRows, freshRows, withChanged, withHead } from '../src/features/runs/list'
import { corrected, marked, queryOf, quoted } from '../src/features/runs/query'
import { en } from '../src/i18n/en'
import { changesWords, changeWords } from '../src/marks/changes'

const job = fakeJobs(1)[0]!
const run = (serial: number, state: RunState = 'running'): RunRow => ({
  ...blankRun(job, serial, serial * 1000),
  state,
})
const serials = (rows: readonly RunRow[]) => rows.map((row) => Date.parse(row.scheduled_at) / 1000)

/** English words by their key, filled. */
const t = (key: string, params: Record<string, unknown> = {}) => {
  const words = key.split('.').reduce<unknown>((at, part) => (at as Record<string, unknown>)[part], en)
  return String(words)
    .split(' | ')[0]!
    .replace(/\{(\w+)\}/g, (_, name: string) => String(params[name]))
}

describe('the beginning of a list, read anew', () => {
  const rows = [9, 7, 5, 3].map((serial) => run(serial))

  it('comes in above and leaves what follows', () => {
    expect(serials(withHead(rows, [run(12), run(9), run(7)], false))).toEqual([12, 9, 7, 5, 3])
    expect(freshRows(rows, [run(12), run(9), run(7)])).toBe(1)
  })

  it('takes out what it should have and has not', () => {
    expect(serials(withHead(rows, [run(9), run(5)], false))).toEqual([9, 5, 3])
  })

  it('is the list when nothing follows', () => {
    expect(serials(withHead(rows, [run(9)], true))).toEqual([9])
    expect(withHead(rows, [], true)).toEqual([])
  })

  it('is in the order of the stores', () => {
    const twins = [run(1), { ...run(1), attempt: 2 }, { ...run(1), run_id: 'zz' }, run(2)]
    const sorted = [...twins].sort(compareRows)
    expect(sorted.map((row) => `${row.run_id === 'zz' ? 'zz' : ''}${row.attempt}`)).toEqual([
      '1',
      'zz1',
      '2',
      '1',
    ])
  })

  it('replaces rows where they stand', () => {
    expect(withChanged(rows, [run(5, 'failed')]).map((row) => row.state)[2]).toBe('failed')
    expect(withChanged(rows, [run(99)])).toBe(rows)
  })
})

describe('a query', () => {
  it('comes from the address', () => {
    expect(queryOf({ q: 'a b', state: 'failed' })).toBe('a b')
    expect(queryOf({ state: 'failed,lost' })).toBe('state:failed,lost')
    expect(queryOf({})).toBe('')
  })

  it('quotes names that need it', () => {
    expect(['a', 'a b', 'a,b', '!a', 'say "x"'].map(quoted)).toEqual([
      'a',
      '"a b"',
      '"a,b"',
      '"!a"',
      '"say \\"x\\""',
    ])
  })

  const mistake = (from: number, to: number, suggestion: string | null = null): RunsMistake => ({
    from,
    to,
    sentence: '',
    suggestion,
  })

  it('is cut at its mistakes', () => {
    const parts = marked('钟 state:x y', [mistake(8, 9), mistake(2, 4)])
    expect(parts.map((part) => (part.wrong ? `<${part.text}>` : part.text)).join('')).toBe('钟 <st>ate:<x> y')
  })

  it('is put right in its place', () => {
    expect(corrected('a state:fialed b', mistake(8, 14, 'failed'))).toBe('a state:failed b')
  })
})

describe('how a run ended', () => {
  const ended = (more: Partial<RunRow>) => endingWords({ ...run(1), ...more }, t).join(' ')

  it('is said with its code or signal', () => {
    expect(ended({ state: 'succeeded', exit_code: 0 })).toBe('The program ended with code 0: success.')
    expect(ended({ state: 'failed', reason: 'exit_code', exit_code: 3 })).toBe(
      'The program ended with code 3.',
    )
    expect(ended({ state: 'failed', reason: 'signal', signal: 11 })).toBe(
      'It was ended by SIGSEGV (11, memory fault).',
    )
    expect(ended({ state: 'timed_out', signal: 9 })).toBe(
      'It went on past its timeout and was stopped. It was ended by SIGKILL (9, ended by force).',
    )
    expect(ended({ state: 'failed', reason: 'out_of_memory', signal: 9 })).toBe(
      'It was ended by SIGKILL (9, ended by force). It failed: out of memory.',
    )
    expect(ended({ state: 'skipped', reason: 'overlap' })).toBe('It never started: last run still going.')
  })

  it('names what a shell means by a code', () => {
    expect(exitWords(127, t)).toBe('Code 127: by custom, a command was not found.')
    expect(exitWords(143, t)).toContain('SIGTERM')
    expect(exitWords(200, t)).toBe('The program ended with code 200.')
  })

  it('has advice for each reason, and none after a success', () => {
    for (const reason of Object.keys(en.reason)) expect(Object.keys(en.advice)).toContain(reason)
    expect(adviceFor({ ...run(1), state: 'skipped', reason: 'overlap' })).toBe('overlap')
    expect(adviceFor({ ...run(1), state: 'succeeded' })).toBeNull()
  })
})

describe('a link', () => {
  it('names the run, its attempt and a line', () => {
    expect(runLink({ run_id: 'ab', attempt: 1 }, null)).toBe('belfry://run/ab')
    expect(runLink({ run_id: 'ab', attempt: 2 }, 7)).toBe('belfry://run/ab?attempt=2&line=7')
  })

  it('is read with care', () => {
    expect(['12', '0', '-1', 'x', '1e3', undefined].map(numberIn)).toEqual([12, null, null, null, null, null])
  })

  it('finds its line behind gaps', () => {
    const log = new LogLines()
    log.append({ at: null, text: 'a\nb\n', dropped_before: 0 })
    log.append({ at: null, text: 'c\n', dropped_before: 5 })
    expect([1, 2, 3, 4].map((number) => lineAt(log.lines, number))).toEqual([0, 1, 3, -1])
  })
})

describe('changes in one line', () => {
  const plain = (path: string) => path
  const change = (before: string | null, after: string | null, lines: string[] = []): ChangedField => ({
    path: 'x',
    before,
    after,
    lines,
  })

  it('say what became of a field', () => {
    expect(changeWords(change('1', '2'), t, plain)).toBe('x: 1 → 2')
    expect(changeWords(change(null, '2'), t, plain)).toBe('x: 2')
    expect(changeWords(change('1', null), t, plain)).toBe('x: 1 removed')
    expect(changeWords(change('a\nb', 'a\nc', ['-b', '+c']), t, plain)).toBe('x: 1 line changed')
    expect(changeWords(change(null, 'a\nb\n'), t, plain)).toBe('x: 2 line changed')
  })

  it('name the first and count the others', () => {
    expect(changesWords([change('1', '2'), change('3', '4')], t, plain)).toBe('x: 1 → 2 and 1 more')
    expect(changesWords([], t, plain)).toBe('nothing that matters')
  })
})
