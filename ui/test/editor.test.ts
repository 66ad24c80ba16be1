import { describe, expect, it } from 'vitest'
import type { FieldError, JobForm, NextLine } from '../src/backend/types'
import { draftKey, Drafts, isSame, tagsOf, type DraftStorage } from '../src/features/editor/drafts'
import { errorsAt, errorsElsewhere, fieldOf, wrongKeys } from '../src/marks/errors'
import { fitting } from '../src/components/fitting'
import { changeReadings, timelineMarks } from '../src/features/editor/timeline'
import { en } from '../src/i18n/en'

const error = (path: string, code: string, params: Record<string, string> = {}): FieldError => ({
  path,
  code,
  params: { field: path, ...params },
  sentence: '',
})

describe('a mistake', () => {
  it.each([
    ['name', 'name'],
    ['retries.max_interval', 'retries_max_interval'],
    ['shell.argv[3]', 'shell_argv'],
    ['tags[0]', 'tags'],
    ['env.PATH', 'env'],
    ['env.a.b[1]', 'env'],
    ['plan.minutes', 'plan_minutes'],
    ['', 'whole'],
  ])('at %j stands at the field %s', (path, field) => {
    expect(fieldOf(path)).toBe(field)
  })

  it('is said as nearly as the words allow', () => {
    expect(wrongKeys(error('jitter', 'too_long', { bound: '1d' }))).toEqual([
      'too_long__jitter',
      'too_long_bound',
      'too_long',
    ])
    expect(wrongKeys(error('shell.script', 'empty'))[0]).toBe('empty__shell_script')
  })

  it('is never lost: where no field of the form has it, it stands above the form', () => {
    const errors = [error('name', 'empty'), error('later.field', 'label'), error('', 'too_large')]
    const fields = new Set([...Object.keys(en.editor.help), 'output'])
    expect(errorsAt(errors, 'name')).toEqual([errors[0]])
    expect(errorsElsewhere(errors, fields)).toEqual([errors[1], errors[2]])
  })
})

function storage(full = false): DraftStorage & { held: Map<string, string> } {
  const held = new Map<string, string>()
  return {
    held,
    getItem: (key) => held.get(key) ?? null,
    setItem: (key, value) => {
      if (full) throw new Error('QuotaExceededError')
      held.set(key, value)
    },
    removeItem: (key) => void held.delete(key),
  }
}

const form = (name: string) => ({ name, tags: [] as string[], kept: {} }) as unknown as JobForm

describe('a draft', () => {
  it('has a place of its own for each job, its duplicate, and new jobs', () => {
    const keys = [draftKey(null, false), draftKey('a', false), draftKey('a', true), draftKey('b', false)]
    expect(new Set(keys).size).toBe(4)
  })

  it('is read back as it was kept, with fields that are newer than it', () => {
    const drafts = new Drafts(storage(), 'k')
    expect(drafts.keep({ at: 'now', generation: 3, form: form('half') })).toBe(true)
    const now = { ...form('stored'), owner: 'ann' } as JobForm
    expect(drafts.read(now)).toEqual({ at: 'now', generation: 3, form: { ...form('half'), owner: 'ann' } })
    drafts.forget()
    expect(drafts.read(null)).toBeNull()
  })

  it.each(['', '{', 'null', '7', '{"form":7}', '{"form":{}}'])('of rubbish %j is none', (text) => {
    const held = storage()
    held.held.set('k', text)
    expect(new Drafts(held, 'k').read(null)).toBeNull()
  })

  it('says when it cannot be kept', () => {
    expect(new Drafts(storage(true), 'k').keep({ at: '', generation: 0, form: form('x') })).toBe(false)
  })

  it('differs when any field does', () => {
    expect(isSame(form('a'), form('a'))).toBe(true)
    expect(isSame(form('a'), { ...form('a'), tags: ['x'] })).toBe(false)
  })
})

describe('tags', () => {
  it('are parted by commas of both languages', () => {
    expect(tagsOf(' a b, c，d、,e ,')).toEqual(['a b', 'c', 'd', 'e'])
  })
})

describe('the line of next runs', () => {
  const line = (at: string): NextLine => ({ at, local: '', offset: '', note: null })
  const now = Date.parse('2027-03-27T00:00:00Z')
  const change = (at: string) => ({
    at,
    local_before: '2027-03-28 02:00:00',
    local_after: '2027-03-28 03:00:00',
  })

  it('goes from now to the last run, with the clock changes between them', () => {
    const next = [line('2027-03-28T00:00:00Z'), line('2027-03-29T00:00:00Z')]
    const changes = [change('2027-03-28T12:00:00Z'), change('2027-10-31T01:00:00Z')]
    const marks = timelineMarks(next, changes, now)
    expect(marks.dots.map(({ x }) => x)).toEqual([0.5, 1])
    expect(marks.changes.map(({ x }) => x)).toEqual([0.75])
  })

  it('is empty without runs', () => {
    expect(timelineMarks([], [], now)).toEqual({ dots: [], changes: [] })
  })

  it('says the day of a clock change once', () => {
    expect(changeReadings(change(''))).toEqual({ before: '2027-03-28 02:00:00', after: '03:00:00' })
    const midnight = { at: '', local_before: '2026-11-01 00:00:00', local_after: '2026-10-31 23:00:00' }
    expect(changeReadings(midnight).after).toBe('2026-10-31 23:00:00')
  })
})

describe('suggestions', () => {
  it('that begin with what is typed come first, and what is typed already is none', () => {
    const zones = ['Asia/Tokyo', 'America/Asuncion', 'Asia/Shanghai', 'UTC']
    expect(fitting(zones, 'as', 8)).toEqual(['Asia/Tokyo', 'Asia/Shanghai', 'America/Asuncion'])
    expect(fitting(zones, 'UTC', 8)).toEqual([])
    expect(fitting(zones, '', 2)).toHaveLength(2)
  })
})
