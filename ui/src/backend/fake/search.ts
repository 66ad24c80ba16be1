import type {
  QueryCompletions,
  RunsMistake,
  RunRow,
  RunsFacet,
  RunsFacets,
  RunsFound,
  RunsSearch,
} from '../types'
import { iso } from './history'
import { fateOf } from './overview'
import type { FakeWorld } from './world'

// A made-up reading of the query language: enough to draw every state of the screen. The real one is core's.
const FIELDS = ['state', 'job', 'node', 'since', 'until', 'exit', 'project', 'trigger', 'tag', 'is']
const STATES = [
  'claimed',
  'running',
  'lost',
  'succeeded',
  'failed',
  'timed_out',
  'killed',
  'skipped',
  'rejected',
]
const TRIGGERS = ['schedule', 'manual', 'try', 'retry', 'backfill']
const UNITS: Record<string, number> = { s: 1, m: 60, h: 3600, d: 86400, w: 604800 }
const DAY_MS = 86_400_000
const COUNTED_MAX = 10_000
const MANY_JOBS = 3_400
const FACETS = 9

interface Term {
  from: number
  to: number
  field: string | null
  not: boolean
  values: string[]
}

function terms(text: string): Term[] {
  return [...text.matchAll(/\S+/g)].map((found) => {
    const word = found[0]
    const [, before, field, after, rest] = /^(!?)(?:([a-z_]+):)?(!?)(.*)$/i.exec(word)!
    const values = field ? rest!.split(',') : [rest!]
    return {
      from: found.index,
      to: found.index + word.length,
      field: field ?? null,
      not: (before !== '') !== (after !== ''),
      values,
    }
  })
}

function mistakeOf(term: Term): RunsMistake | null {
  const mistake = (sentence: string, suggestion: string | null = null) => ({
    from: term.from,
    to: term.to,
    sentence,
    suggestion,
  })
  if (!term.field) return null
  if (!FIELDS.includes(term.field))
    return mistake(
      `There is no field “${term.field}”: use one of ${FIELDS.join(', ')}, or put the word in quotes.`,
      `state:${term.values.join(',')}`,
    )
  if (term.values.some((value) => !value))
    return mistake(`${term.field}: needs a value, for instance ${term.field}:failed,lost.`)
  const wrong = term.field === 'state' && term.values.find((value) => !STATES.includes(value))
  if (!wrong) return null
  const from =
    term.from +
    term.field.length +
    1 +
    (term.not ? 1 : 0) +
    `,${term.values.join(',')},`.indexOf(`,${wrong},`)
  return { ...mistake(`“${wrong}” is no state.`, 'failed'), from, to: from + wrong.length }
}

const like = (text: string, pattern: string) =>
  new RegExp(`^${pattern.replace(/[.+?^${}()|[\]\\]/g, '\\$&').replaceAll('*', '.*')}$`).test(text)

function holds(run: RunRow, term: Term, tags: string[]): boolean {
  const one = (value: string) => {
    switch (term.field) {
      case 'state':
        return run.state === value
      case 'job':
        return like(run.job, value) || like(`${run.project}/${run.job}`, value)
      case 'node':
        return like(run.node, value)
      case 'project':
        return like(run.project, value)
      case 'trigger':
        return run.trigger === value
      case 'exit':
        return run.exit_code !== null && String(run.exit_code) === value
      case 'is':
        return fateOf(run) === value
      case 'tag':
        return tags.some((tag) => like(tag, value))
      default:
        return `${run.project}/${run.job}`.toLowerCase().includes(value.toLowerCase())
    }
  }
  if (term.field === 'since' || term.field === 'until') return true
  if (term.field === 'exit' && run.exit_code === null) return false
  return term.values.some(one) !== term.not
}

/** As the stores order them: newest first, then by run, then by attempt. */
function inOrder(a: RunRow, b: RunRow): number {
  const [left, right] = [a.scheduled_at + a.run_id, b.scheduled_at + b.run_id]
  return left < right ? 1 : left > right ? -1 : b.attempt - a.attempt
}

const manyRuns = new WeakMap<FakeWorld, RunRow[]>()

/** Of ten thousand jobs a hundred thousand runs, made once. */
function runsOf(world: FakeWorld): RunRow[] {
  if (world.variant !== 'many') return world.allRuns().sort(inOrder)
  const known = manyRuns.get(world)
  if (known) return known
  const runs = world.jobs.slice(0, MANY_JOBS).flatMap((job) => world.runsOf(job))
  runs.sort(inOrder)
  manyRuns.set(world, runs)
  return runs
}

interface Finding {
  runs: RunRow[]
  since: number | null
  usual: boolean
}
const manyFound = new WeakMap<FakeWorld, { text: string; finding: Finding }>()

/** The runs of ten thousand jobs do not change: what was found once is found again. */
function found(world: FakeWorld, text: string): Finding {
  if (world.variant !== 'many') return findRuns(world, text)
  const known = manyFound.get(world)
  if (known?.text === text) return known.finding
  const finding = findRuns(world, text)
  manyFound.set(world, { text, finding })
  return finding
}

function spanOf(term: Term | undefined, now: number): number | null {
  const [, count, unit] = /^(\d+)([smhdw])$/.exec(term?.values[0] ?? '') ?? []
  return unit ? now - Number(count) * UNITS[unit]! * 1000 : null
}

function findRuns(world: FakeWorld, text: string): Finding {
  const now = Date.now()
  const asked = terms(text)
  const usual = !asked.some((term) => term.field === 'since' || term.field === 'until')
  const since = usual
    ? world.variant === 'many'
      ? 0
      : now - DAY_MS
    : spanOf(
        asked.find((term) => term.field === 'since'),
        now,
      )
  const tags = new Map(world.jobs.map((job) => [job.jobId, job.tags]))
  const runs = runsOf(world).filter(
    (run) =>
      (since === null || Date.parse(run.scheduled_at) >= since) &&
      asked.every((term) => holds(run, term, tags.get(run.job_id) ?? [])),
  )
  return { runs, since, usual }
}

const keyOf = (run: RunRow) => `${run.run_id}/${run.attempt}`

export function searchRuns(world: FakeWorld, search: RunsSearch): RunsFound {
  const nothing = { rows: [], next: null, mistakes: [], unknown: [], since: null, is_usual_span: false }
  const mistakes = terms(search.text).flatMap((term) => mistakeOf(term) ?? [])
  if (mistakes.length) return { ...nothing, mistakes }
  const { runs, since, usual } = found(world, search.text)
  const fixed = world.variant === 'many'
  const placed = () =>
    fixed ? Number(search.after) : runs.findIndex((run) => keyOf(run) === search.after) + 1
  const from = search.after ? placed() : 0
  const rows = runs.slice(from, from + search.limit)
  const end = rows.at(-1)
  const named = terms(search.text).filter((term) => term.field === 'job' && !term.not)
  const unknown = named
    .flatMap((term) => term.values)
    .filter(
      (name) => !world.jobs.some((job) => like(job.name, name) || like(`${job.project}/${job.name}`, name)),
    )
  return {
    ...nothing,
    rows,
    next: end && from + rows.length < runs.length ? (fixed ? String(from + rows.length) : keyOf(end)) : null,
    unknown,
    since: since === null ? null : iso(since),
    is_usual_span: usual,
  }
}

function toggled(text: string, field: string, value: string): string {
  const parts = text.split(/\s+/).filter(Boolean)
  const own = parts.findIndex((part) => part.startsWith(`${field}:`) && !part.startsWith(`${field}:!`))
  if (own < 0) return [...parts, `${field}:${value}`].join(' ')
  const values = parts[own]!.slice(field.length + 1).split(',')
  const next = values.includes(value) ? values.filter((each) => each !== value) : [...values, value]
  if (next.length) parts[own] = `${field}:${next.join(',')}`
  else parts.splice(own, 1)
  return parts.join(' ')
}

function facet(text: string, field: string, values: string[], order: string[] | null): RunsFacet[] {
  const counts = new Map<string, number>()
  for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1)
  const most = [...counts].sort((a, b) => b[1] - a[1]).slice(0, FACETS)
  if (order) most.sort((a, b) => order.indexOf(a[0]) - order.indexOf(b[0]))
  const asked = terms(text).filter((term) => term.field === field && !term.not)
  return most.map(([value, count]) => ({
    value,
    count,
    chosen: asked.some((term) => term.values.includes(value)),
    text: toggled(text, field, value),
  }))
}

export function countRuns(world: FakeWorld, text: string): RunsFacets {
  const wrong = terms(text).some(mistakeOf)
  const runs = wrong ? [] : found(world, text).runs.slice(0, COUNTED_MAX)
  const by = (field: string, value: (run: RunRow) => string, order: string[] | null = null) =>
    facet(text, field, runs.map(value), order)
  return {
    counted: runs.length,
    is_all: runs.length < COUNTED_MAX,
    states: by('state', (run) => run.state, STATES),
    jobs: by('job', (run) => `${run.project}/${run.job}`),
    nodes: by('node', (run) => run.node),
    triggers: by('trigger', (run) => run.trigger, TRIGGERS),
  }
}

export function completeQuery(world: FakeWorld, text: string, cursor: number): QueryCompletions {
  const word = /\S*$/.exec(text.slice(0, cursor))![0]
  const [, field, typed] = /^!?(?:([a-z]+):!?)?(?:.*,)?(.*)$/.exec(word)!
  const choices: Record<string, string[]> = {
    state: STATES,
    trigger: TRIGGERS,
    job: world.jobs.map((job) => `${job.project}/${job.name}`).filter((name) => !/[\s,"]/.test(name)),
    project: [...new Set(world.jobs.map((job) => job.project))],
    node: ['this-computer'],
    tag: [...new Set(world.jobs.flatMap((job) => job.tags))],
    is: ['missed', 'late', 'on_time'],
    exit: ['!0', '0', '1', '137'],
    since: ['1h', '24h', '7d', '30d', 'today'],
    until: ['1h', 'today', 'yesterday'],
  }
  const inserts = field
    ? (choices[field] ?? []).filter((each) => each.includes(typed!))
    : FIELDS.filter((each) => each.startsWith(typed!)).map((each) => `${each}:`)
  const hint = (insert: string) => (insert.endsWith(':') ? 'a field' : '')
  return {
    from: cursor - typed!.length,
    to: cursor,
    items: inserts.slice(0, 12).map((insert) => ({ insert, hint: hint(insert) })),
  }
}
