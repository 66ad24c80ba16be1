import { zoneOffset } from '../../marks/time'
import type {
  Found,
  GroupHead,
  JobDetail,
  JobGroup,
  JobPage,
  JobQuery,
  JobRow,
  JobSort,
  NextLine,
  QueryMistake,
  RunRow,
  RunsPage,
  RunsQuery,
} from '../types'
import { isTrouble, readFilter, type Standing } from './filter'
import { iso } from './history'
import type { FakeJob } from './jobs'
import type { FakeWorld } from './world'

const STRIP_BARS = 20
const NEXT_LINES = 10

function strip(runs: RunRow[]): JobRow['strip'] {
  const newest = new Map<string, RunRow>()
  // Trials have generation 0: how they end says nothing of the job.
  for (const run of runs) if (run.generation > 0 && !newest.has(run.run_id)) newest.set(run.run_id, run)
  return [...newest.values()]
    .slice(0, STRIP_BARS)
    .reverse()
    .map((run) => ({
      run_id: run.run_id,
      scheduled_at: run.scheduled_at,
      state: run.state,
      reason: run.reason,
      count: run.count,
      duration_ms: run.duration_ms,
    }))
}

function row(world: FakeWorld, job: FakeJob, language: string, now: number): JobRow {
  const runs = world.runsOf(job)
  const ran = runs.flatMap((run) => (run.duration_ms === null ? [] : [run.duration_ms]))
  const next = world.nextAt(job, now)
  const words = language === 'zh-CN' ? 'zh' : 'en'
  const broken = job.mood === 'broken'
  return {
    job_id: job.jobId,
    project: job.project,
    name: job.name,
    generation: job.generation,
    paused: job.paused,
    schedule: broken ? '' : job.schedule,
    schedule_words: broken ? '' : job.words[words],
    timezone: job.zone,
    next_at: next === null ? null : iso(next),
    place_words: job.place[words],
    owner: job.owner,
    tags: job.tags,
    starred: job.starred,
    broken: broken ? 'run_as is not supported yet' : null,
    broken_at: broken
      ? [{ path: 'warp', code: 'newer', params: { field: 'warp' }, sentence: '`warp` is new' }]
      : [],
    strip: strip(runs),
    average_ms: ran.length ? Math.round(ran.reduce((sum, each) => sum + each, 0) / ran.length) : null,
    running: runs.filter((run) => run.state === 'running').map((run) => run.run_id),
  }
}

// Ten thousand histories would take seconds: the mood alone tells of those behind the first.
const HISTORIES_MAX = 200

function standing(world: FakeWorld, job: FakeJob): Standing {
  if (job.index >= HISTORIES_MAX)
    return { running: false, newest: job.mood === 'failing' ? 'failed' : 'succeeded' }
  const runs = world.runsOf(job)
  return {
    running: runs.some((run) => run.state === 'running'),
    newest: runs.find((run) => run.state !== 'running')?.state ?? null,
  }
}

/** The jobs that a filter has, by project and name. */
export function chosenJobs(
  world: FakeWorld,
  text: string,
  language: string,
): { jobs: FakeJob[]; mistakes: QueryMistake[] } {
  const { test, mistakes } = readFilter(text, language)
  const jobs = world.jobs.filter((job) => test(job, standing(world, job)))
  return { jobs: jobs.sort(byName), mistakes }
}

const byName = (a: FakeJob, b: FakeJob) =>
  a.project.localeCompare(b.project) || a.name.localeCompare(b.name) || a.index - b.index

function sorted(world: FakeWorld, jobs: FakeJob[], query: JobQuery, now: number): FakeJob[] {
  const turn = query.descending ? -1 : 1
  const next = (job: FakeJob) => world.nextAt(job, now)
  const calm = (job: FakeJob) => (isTrouble(job, standing(world, job)) ? 0 : 1)
  // What has no place in an order stands last in both directions.
  const last = (a: unknown, b: unknown) => (a ? 0 : 1) - (b ? 0 : 1)
  const orders: Record<JobSort, (a: FakeJob, b: FakeJob) => number> = {
    name: (a, b) => turn * byName(a, b),
    next: (a, b) => last(next(a), next(b)) || turn * ((next(a) ?? 0) - (next(b) ?? 0)),
    trouble: (a, b) => turn * (calm(a) - calm(b)),
    owner: (a, b) => last(a.owner, b.owner) || turn * a.owner.localeCompare(b.owner),
  }
  const order = orders[query.sort]
  return jobs.sort((a, b) => order(a, b) || byName(a, b))
}

function groupsOf(job: FakeJob, group: JobGroup): string[] {
  if (group === 'tag') return job.tags.length ? job.tags : ['']
  return [group === 'project' ? job.project : job.owner]
}

function gathered(jobs: FakeJob[], group: JobGroup): { lines: FakeJob[]; heads: GroupHead[] } {
  if (group === 'none') return { lines: jobs, heads: [] }
  const byGroup = new Map<string, FakeJob[]>()
  for (const job of jobs)
    for (const name of groupsOf(job, group)) byGroup.set(name, [...(byGroup.get(name) ?? []), job])
  const names = [...byGroup.keys()].sort((a, b) => (a ? 0 : 1) - (b ? 0 : 1) || a.localeCompare(b))
  const lines: FakeJob[] = []
  const heads = names.map((name) => {
    const members = byGroup.get(name)!
    const at = lines.length
    lines.push(...members)
    return { name, at, count: members.length }
  })
  return { lines, heads }
}

export function listJobs(world: FakeWorld, query: JobQuery, now: number): JobPage {
  const { jobs, mistakes } = chosenJobs(world, query.text, query.language)
  const { lines, heads } = gathered(sorted(world, jobs, query, now), query.group)
  const part = lines.slice(query.offset, query.offset + query.limit)
  return {
    rows: part.map((job) => row(world, job, query.language, now)),
    lines: lines.length,
    heads,
    matched: jobs.length,
    total: world.jobs.length,
    troubled: world.jobs.filter((job) => isTrouble(job, standing(world, job))).length,
    mistakes,
  }
}

const FOUND_MAX = 12

export function find(world: FakeWorld, text: string, language: string): Found {
  const letters = text.toLowerCase().replace(/\s/g, '')
  const fits = (job: FakeJob) => {
    let at = -1
    const name = `${job.project}/${job.name}`.toLowerCase()
    return [...letters].every((letter) => (at = name.indexOf(letter, at + 1)) >= 0)
  }
  const plain = (job: FakeJob) => (job.name.toLowerCase().includes(letters) ? 0 : 1)
  const jobs = world.jobs.filter(fits).sort((a, b) => plain(a) - plain(b) || byName(a, b))
  const isId = letters.length >= 4 && /^[0-9a-f-]+$/.test(letters)
  const runs = isId ? world.allRuns().filter((run) => run.run_id.startsWith(letters)) : []
  return {
    jobs: jobs.slice(0, FOUND_MAX).map((job) => ({
      job_id: job.jobId,
      project: job.project,
      name: job.name,
      schedule_words: job.words[language === 'zh-CN' ? 'zh' : 'en'],
    })),
    runs: runs.slice(0, FOUND_MAX).map((run) => ({ run_id: run.run_id, title: `${run.project}/${run.job}` })),
  }
}

/** Core's preview as far as it reaches; behind it what can be computed without a calendar. */
function nextLines(world: FakeWorld, job: FakeJob, now: number): NextLine[] {
  const lines = world.preview(job, now).slice(0, NEXT_LINES)
  const zone = zoneOffset(new Date(now).toISOString(), job.zone)
  const first = lines.at(-1)
  for (
    let at = world.nextAt(job, first ? Date.parse(first.at) : now);
    at !== null && lines.length < NEXT_LINES;
    at = world.nextAt(job, at)
  ) {
    const local = new Date(at).toLocaleString('sv-SE', { timeZone: job.zone })
    lines.push({ at: iso(at), local, offset: zone.replace('UTC', '') || '+00:00', note: null })
  }
  return lines
}

export function showJob(world: FakeWorld, job: FakeJob, language: string, now: number): JobDetail {
  return {
    row: row(world, job, language, now),
    document: `[[job]]\nproject = "${job.project}"\n`,
    command: job.command,
    note: job.note,
    settings:
      job.mood === 'flaky'
        ? [
            { key: 'timeout', value: '30m' },
            { key: 'retries.count', value: '2' },
            { key: 'retries.interval', value: '5s' },
            { key: 'overlap', value: 'queue_one' },
          ]
        : job.mood === 'slow'
          ? [{ key: 'timeout', value: '4h' }]
          : [],
    next: nextLines(world, job, now),
  }
}

export function listRuns(world: FakeWorld, query: RunsQuery): RunsPage {
  const found = world
    .allRuns()
    .filter(
      (run) =>
        (!query.job_id || run.job_id === query.job_id) &&
        (!query.states.length || query.states.includes(run.state)),
    )
  const key = (run: RunRow) => `${run.run_id}/${run.attempt}`
  const from = query.after ? found.findIndex((run) => key(run) === query.after) + 1 : 0
  const rows = found.slice(from, from + query.limit)
  const end = rows.at(-1)
  return { rows, next: end && from + rows.length < found.length ? key(end) : null }
}
