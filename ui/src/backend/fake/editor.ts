import type {
  BuildAsk,
  BuiltSchedule,
  ClockChange,
  DraftAsk,
  DraftCheck,
  DiffLine,
  EditorAsk,
  EditorLists,
  EditorStart,
  FieldError,
  JobForm,
  NextLine,
  PlanKind,
  SaveAnswer,
  SaveAsk,
  SchedulePlan,
  TryAnswer,
  TryAsk,
  NodeFit,
} from '../types'
import { iso } from './history'
import type { FakeJob } from './jobs'
import { fleet } from './nodes'
import { fakeId } from './random'
import type { FakeWorld } from './world'

const MINUTE = 60_000
const DAY = 24 * 60 * MINUTE
const ZONES = ['America/New_York', 'Asia/Hong_Kong', 'Asia/Shanghai', 'Asia/Tokyo', 'Europe/Berlin', 'UTC']
const OFFSETS: Record<string, number> = {
  'America/New_York': -5,
  'Asia/Hong_Kong': 8,
  'Asia/Shanghai': 8,
  'Asia/Tokyo': 9,
  'Europe/Berlin': 1,
  UTC: 0,
}
/** Whoever edits this job is overtaken by somebody else two seconds later. */
const CONTESTED = 'ledger-close'
const OVERTAKEN_AFTER_MS = 2000
const berlinSpring: ClockChange = {
  at: '2027-03-28T01:00:00.000Z',
  local_before: '2027-03-28 02:00:00',
  local_after: '2027-03-28 03:00:00',
}

const blank: JobForm = {
  project: 'ops',
  name: '',
  program: 'script',
  script: '',
  interpreter: '',
  argv: [],
  stdin: '',
  env: [],
  cwd: '',
  run_as: '',
  umask: '',
  schedule: '0 3 * * *',
  timezone: 'Asia/Shanghai',
  start_at: '',
  end_at: '',
  jitter: '',
  calendars_exclude: '',
  calendars_only: '',
  dst: 'vixie',
  paused: false,
  place_on: 'one',
  place_nodes: '',
  balance: 'sticky',
  failover: true,
  timeout: '',
  stop_grace: '',
  retries_count: '',
  retries_interval: '',
  retries_backoff: '',
  retries_max_interval: '',
  overlap: 'skip',
  start_deadline: '',
  misfire: 'skip',
  output_head: '',
  output_tail: '',
  note: '',
  owner: '',
  tags: [],
  starred: false,
  kept: {},
}

/** What the made-up schedules mean: few of them, as a fake needs. */
interface Meaning {
  kind: PlanKind
  part: Partial<SchedulePlan>
  en: string
  zh: string
  everyMs: number
  /** Milliseconds after local midnight. */
  atMs: number
}

function meaning(text: string): Meaning | null {
  const [minute = '', hour = '', day = '', month = '', weekday = '', ...more] = text.trim().split(/\s+/)
  const step = /^\*\/(\d+)$/.exec(minute)
  if (text.trim() === '@manual')
    return { kind: 'manual', part: {}, en: 'by hand only', zh: '仅手动', everyMs: 0, atMs: 0 }
  const every = /^@every (\d+)m$/.exec(text.trim())
  const minutes = every ? Number(every[1]) : step && hour === '*' ? Number(step[1]) : 0
  if (minutes > 0) {
    const part = { minutes: String(minutes) }
    const everyMs = minutes * MINUTE
    return {
      kind: 'minutes',
      part,
      en: `every ${minutes} minutes`,
      zh: `每 ${minutes} 分钟`,
      everyMs,
      atMs: 0,
    }
  }
  if (!/^\d+$/.test(minute) || Number(minute) > 59 || !/^\d+$/.test(hour) || Number(hour) > 23 || more.length)
    return null
  const at = `${hour.padStart(2, '0')}:${minute.padStart(2, '0')}`
  const atMs = (Number(hour) * 60 + Number(minute)) * MINUTE
  if (day === '*' && month === '*' && weekday === '*')
    return { kind: 'daily', part: { at }, en: `at ${at} every day`, zh: `每天 ${at}`, everyMs: DAY, atMs }
  if (day === '*' && month === '*')
    return {
      kind: 'weekly',
      part: { at },
      en: `at ${at} on ${weekday}`,
      zh: `每周 ${weekday} ${at}`,
      everyMs: 7 * DAY,
      atMs,
    }
  return {
    kind: 'monthly',
    part: { at, day },
    en: `on the ${day}. at ${at}`,
    zh: `每月 ${day} 日 ${at}`,
    everyMs: 30 * DAY,
    atMs,
  }
}

const usualPlan = (kind: PlanKind): SchedulePlan => ({
  kind,
  minutes: '5',
  hours: '1',
  minute: '0',
  at: '03:00',
  days: [1, 2, 3, 4, 5],
  day: '1',
  date: '2026-11-22T03:00',
})

function nextLines(form: JobForm, found: Meaning, now: number): NextLine[] {
  if (!found.everyMs) return []
  const hours = OFFSETS[form.timezone] ?? 0
  const shift = hours * 60 * MINUTE
  const first =
    (Math.floor((now + shift - found.atMs) / found.everyMs) + 1) * found.everyMs + found.atMs - shift
  return Array.from({ length: 10 }, (_, index) => {
    const at = first + index * found.everyMs
    return {
      at: iso(at),
      local: iso(at + shift)
        .slice(0, 19)
        .replace('T', ' '),
      offset: `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`,
      note: null,
    }
  })
}

const wrong = (path: string, code: string, params: Record<string, string> = {}): FieldError => ({
  path,
  code,
  params: { field: path, ...params },
  sentence: `\`${path}\` is wrong`,
})

function mistakes(world: FakeWorld, form: JobForm, jobId: string | null): FieldError[] {
  const errors: FieldError[] = []
  const lengths: [string, string][] = [
    ['timeout', form.timeout],
    ['stop_grace', form.stop_grace],
    ['retries.interval', form.retries_interval],
    ['start_deadline', form.start_deadline],
    ['jitter', form.jitter],
  ]
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(form.project)) errors.push(wrong('project', 'project_name'))
  if (/(^|[^!=])=($|,)|\($/.test(form.place_nodes)) errors.push(wrong('place.nodes', 'selector'))
  if (!form.name) errors.push(wrong('name', 'empty'))
  else if (form.name.includes('/')) errors.push(wrong('name', 'name_character'))
  const taken = world.jobs.find((job) => job.name === form.name && job.project === form.project)
  if (taken && taken.jobId !== jobId) errors.push(wrong('name', 'name_taken', { value: form.name }))
  if (!form.schedule.trim()) errors.push(wrong('schedule', 'schedule_empty'))
  else if (!meaning(form.schedule) && !/^(\S+ +){4}\S+$|^@/.test(form.schedule.trim())) {
    const text = form.schedule
    errors.push(
      wrong('schedule', 'schedule_field_count', { text, count: String(text.trim().split(/\s+/).length) }),
    )
  } else if (/^[6-9]\d /.test(form.schedule))
    errors.push(
      wrong('schedule', 'schedule_field_range', {
        field: 'minute',
        value: form.schedule.slice(0, 2),
        min: '0',
        max: '59',
      }),
    )
  if (!ZONES.includes(form.timezone)) {
    const params = { name: form.timezone, suggestion: 'Asia/Shanghai', version: '2026a' }
    errors.push(wrong('timezone', 'zone_unknown', params))
  }
  if (form.program === 'script' && !form.script.trim()) errors.push(wrong('shell.script', 'empty'))
  if (form.program === 'argv' && !form.argv[0]) errors.push(wrong('shell.argv', 'empty'))
  if (form.cwd && !form.cwd.startsWith('/')) errors.push(wrong('cwd', 'path'))
  if (form.retries_count && !/^\d+$/.test(form.retries_count)) errors.push(wrong('retries.count', 'type'))
  for (const [path, text] of lengths)
    if (text && !/^\d+(ms|s|m|h|d)$/.test(text)) errors.push(wrong(path, 'duration'))
  return errors
}

/** The fields of a form that differ, as the review lists them. */
function changes(before: JobForm, after: JobForm, edit: boolean): DiffLine[] {
  const names = Object.keys(after).filter((name) => name !== 'kept') as (keyof JobForm)[]
  const paths: Record<string, string> = { script: 'shell.script', interpreter: 'shell.interpreter' }
  return names
    .filter((name) => JSON.stringify(before[name]) !== JSON.stringify(after[name]))
    .map((name) => {
      const say = (value: unknown) => (typeof value === 'string' ? value || null : JSON.stringify(value))
      const path = paths[name] ?? name.replace(/^(retries|place|output)_/, '$1.')
      return { path, from: edit ? say(before[name]) : null, to: say(after[name]), detail: [] }
    })
}

/** The made-up editor over a made-up world. */
export class FakeEditor {
  private readonly forms = new Map<string, JobForm>()
  private serial = 0

  constructor(
    private readonly world: FakeWorld,
    private readonly clock: () => number,
  ) {}

  open({ job_id, duplicate }: EditorAsk): EditorStart {
    if (job_id === null) return { form: { ...blank }, generation: 0 }
    const job = this.world.job(job_id)
    const form = this.formOf(job)
    if (duplicate) return { form: { ...form, name: `${job.name}-copy` }, generation: 0 }
    if (job.name === CONTESTED && job.generation === 3)
      setTimeout(() => this.overtake(job), OVERTAKEN_AFTER_MS)
    return { form, generation: job.generation }
  }

  lists(): EditorLists {
    const jobs = this.world.jobs.slice(0, 100)
    const unique = (all: string[]) => [...new Set(all.filter(Boolean))].sort()
    return {
      zones: ZONES,
      interpreters: ['/bin/bash -eu', '/bin/sh', '/usr/bin/env python3'],
      projects: unique(jobs.map((job) => job.project)),
      tags: unique(jobs.flatMap((job) => job.tags)),
      owners: unique(jobs.map((job) => job.owner)),
      nodes: ['this-computer'],
    }
  }

  check({ form, job_id, language }: DraftAsk): DraftCheck {
    const now = this.clock()
    const chinese = language === 'zh-CN'
    const errors = mistakes(this.world, form, job_id)
    const found = meaning(form.schedule)
    const next = found ? nextLines(form, found, now) : []
    const stored = job_id === null ? null : this.world.job(job_id)
    const first = next[0]
    const when = first
      ? chinese
        ? `下次运行 ${first.local} ${form.timezone}（UTC${first.offset}）`
        : `Will run next ${first.local} ${form.timezone} (UTC${first.offset})`
      : chinese
        ? '只在有人要求时才运行'
        : 'Will run only when somebody asks for it'
    const node = form.place_on.startsWith('node:') ? form.place_on.slice(5) : 'this-computer'
    return {
      errors,
      words: found ? (chinese ? found.zh : found.en) : null,
      plan: { ...usualPlan(found?.kind ?? 'custom'), ...found?.part },
      next,
      clock_changes: form.timezone === 'Europe/Berlin' ? [berlinSpring] : [],
      nodes: this.fits(form),
      effect: errors.length ? null : chinese ? `将在节点 ${node} 上运行，${when}。` : `${when}, on ${node}.`,
      changes: errors.length ? [] : changes(stored ? this.formOf(stored) : blank, form, stored !== null),
      document: errors.length ? null : `[[job]]\nname = "${form.name}"\n`,
      generation: stored?.generation ?? null,
    }
  }

  /** Of the made-up nodes those whose labels have each condition as it is written. */
  private fits(form: JobForm): NodeFit[] {
    const own = form.place_on.startsWith('node:') ? form.place_on.slice(5) : null
    if (!form.place_nodes) return [{ node: own ?? 'this-computer', fits: true, reason: null }]
    const wanted = form.place_nodes.split(',').map((each) => each.trim())
    return fleet
      .filter((node) => node.state !== 'gone')
      .map((node) => {
        const fits = wanted.every((each) => node.labels?.includes(each))
        return { node: node.node, fits, reason: fits ? null : 'labels' }
      })
  }

  build({ plan }: BuildAsk): BuiltSchedule {
    const refused = (field: string) => ({
      expression: null,
      errors: [
        wrong(`plan.${field}`, field === 'minutes' || field === 'hours' ? 'plan_every' : `plan_${field}`),
      ],
    })
    const time = /^([01]?\d|2[0-3]):([0-5]\d)$/.exec(plan.at)
    const at = time ? `${Number(time[2])} ${Number(time[1])}` : null
    const good = (expression: string) => ({ expression, errors: [] })
    if (plan.kind === 'manual') return good('@manual')
    if (plan.kind === 'custom') return { expression: null, errors: [] }
    if (plan.kind === 'once') return good(`@at ${plan.date}:00+08:00`)
    if (plan.kind === 'minutes' || plan.kind === 'hours') {
      const text = plan[plan.kind]
      if (!/^[1-9]\d*$/.test(text)) return refused(plan.kind)
      const every = Number(text)
      if (plan.kind === 'hours') return good(`${plan.minute} */${every} * * *`)
      return good(60 % every === 0 ? `*/${every} * * * *` : `@every ${every}m`)
    }
    if (!at) return refused('at')
    if (plan.kind === 'daily') return good(`${at} * * *`)
    if (plan.kind === 'monthly') return good(`${at} ${plan.day} * *`)
    if (!plan.days.length) return refused('days')
    return good(`${at} * * ${plan.days.join(',')}`)
  }

  save({ form, job_id, generation }: SaveAsk): SaveAnswer {
    const errors = mistakes(this.world, form, job_id)
    if (errors.length) return { outcome: 'refused', errors }
    if (job_id === null) return this.create(form)
    const job = this.world.job(job_id)
    if (job.generation !== generation) return this.conflict(job, form)
    this.put(job, form)
    return { outcome: 'saved', job_id, generation: job.generation }
  }

  tryOnce({ form, job_id }: TryAsk): TryAnswer {
    const needed = ['name', 'schedule', 'timezone']
    const errors = mistakes(this.world, form, job_id).filter((error) => !needed.includes(error.path))
    if (errors.length) return { outcome: 'refused', errors }
    const job: FakeJob = job_id === null ? this.jobOf(form) : { ...this.world.job(job_id) }
    const durationMs = 2000
    return {
      outcome: 'asked',
      run_id: this.world.attempt({ ...job, name: form.name || 'trial', durationMs, mood: 'good' }),
    }
  }

  private formOf(job: FakeJob): JobForm {
    const { project, name, schedule, zone: timezone, command: script, note, owner, tags, paused } = job
    const known = { ...blank, project, name, schedule, timezone, script, note, owner, tags, paused }
    return { ...known, ...this.forms.get(job.jobId), paused, kept: { project, name } }
  }

  private jobOf(form: JobForm): FakeJob {
    const index = 5000 + (this.serial += 1)
    return {
      jobId: fakeId(1, index, index),
      index,
      project: form.project,
      name: form.name,
      schedule: form.schedule,
      words: { en: '', zh: '' },
      everyS: 0,
      zone: form.timezone,
      place: { en: 'one node', zh: '一个节点' },
      owner: form.owner,
      tags: form.tags,
      note: form.note,
      command: form.script || form.argv.join(' '),
      durationMs: 2000,
      mood: 'never',
      starred: false,
      paused: form.paused,
      generation: 0,
    }
  }

  private create(form: JobForm): SaveAnswer {
    const job = this.jobOf(form)
    this.world.jobs.push(job)
    this.put(job, form)
    return { outcome: 'saved', job_id: job.jobId, generation: job.generation }
  }

  private put(job: FakeJob, form: JobForm): void {
    this.forms.set(job.jobId, form)
    const found = meaning(form.schedule)
    this.world.change(() => {
      const { jobId, index, generation } = job
      const everyS = (found?.everyMs ?? 0) / 1000
      const words = { en: found?.en ?? form.schedule, zh: found?.zh ?? form.schedule }
      Object.assign(job, this.jobOf(form), { jobId, index, words, everyS, generation: generation + 1 })
    })
  }

  private overtake(job: FakeJob): void {
    if (job.generation === 3)
      this.put(job, { ...this.formOf(job), note: 'Ask Maria before you change this.' })
  }

  private conflict(job: FakeJob, mine: JobForm): SaveAnswer {
    const theirs = this.formOf(job)
    const before = { ...theirs, note: '' }
    const merged = { ...mine, note: mine.note || theirs.note }
    const own = changes(before, mine, true)
    const note = {
      path: 'note',
      before: null,
      mine: mine.note || null,
      theirs: theirs.note,
      clash: mine.note !== '',
    }
    return {
      outcome: 'conflict',
      conflict: {
        generation: job.generation,
        by: 'maria@desk',
        at: iso(this.clock() - 40_000),
        deleted: false,
        fields: [
          ...own
            .filter((line) => line.path !== 'note')
            .map((line) => ({
              path: line.path,
              before: line.from,
              mine: line.to,
              theirs: line.from,
              clash: false,
            })),
          note,
        ],
        theirs,
        merged,
      },
    }
  }
}
