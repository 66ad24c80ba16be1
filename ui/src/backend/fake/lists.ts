import type { JobDetail, JobPage, JobQuery, JobRow, NextLine, RunRow, RunsPage, RunsQuery } from '../types'
import { iso } from './history'
import type { FakeJob } from './jobs'
import type { FakeWorld } from './world'

const STRIP_BARS = 20
const NEXT_LINES = 10
const OFFSETS: Record<string, number> = { 'Asia/Shanghai': 8, 'America/New_York': -5 }

function strip(runs: RunRow[]): JobRow['strip'] {
  const newest = new Map<string, RunRow>()
  for (const run of runs) if (!newest.has(run.run_id)) newest.set(run.run_id, run)
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
    starred: job.index % 11 === 0,
    broken: broken ? 'run_as is not supported yet' : null,
    strip: strip(runs),
    average_ms: ran.length ? Math.round(ran.reduce((sum, each) => sum + each, 0) / ran.length) : null,
    running: runs.filter((run) => run.state === 'running').map((run) => run.run_id),
  }
}

function matches(job: FakeJob, words: string[]): boolean {
  const all = [job.name, job.project, job.owner, job.note, job.command, ...job.tags].join('\n').toLowerCase()
  return words.every((word) => all.includes(word))
}

const trouble = (world: FakeWorld, job: FakeJob) =>
  world.runsOf(job).find((run) => run.state !== 'running')?.state === 'failed' ? 0 : 1

export function listJobs(world: FakeWorld, query: JobQuery, now: number): JobPage {
  const words = query.text.toLowerCase().split(/\s+/).filter(Boolean)
  const found = world.jobs.filter((job) => matches(job, words))
  const byName = (a: FakeJob, b: FakeJob) =>
    a.project.localeCompare(b.project) || a.name.localeCompare(b.name) || a.index - b.index
  const next = (job: FakeJob) => world.nextAt(job, now) ?? Infinity
  if (query.sort === 'name') found.sort(byName)
  if (query.sort === 'next') found.sort((a, b) => (next(a) === next(b) ? byName(a, b) : next(a) - next(b)))
  if (query.sort === 'trouble') found.sort((a, b) => trouble(world, a) - trouble(world, b) || byName(a, b))
  const part = found.slice(query.offset, query.offset + query.limit)
  return {
    rows: part.map((job) => row(world, job, query.language, now)),
    matched: found.length,
    total: world.jobs.length,
  }
}

function nextLines(world: FakeWorld, job: FakeJob, now: number): NextLine[] {
  const lines: NextLine[] = []
  const hours = OFFSETS[job.zone] ?? 0
  for (
    let at = world.nextAt(job, now);
    at !== null && lines.length < NEXT_LINES;
    at = world.nextAt(job, at)
  ) {
    const local = iso(at + hours * 3_600_000)
      .slice(0, 19)
      .replace('T', ' ')
    const offset = `${hours < 0 ? '-' : '+'}${String(Math.abs(hours)).padStart(2, '0')}:00`
    lines.push({
      at: iso(at),
      local,
      offset,
      note: job.zone === 'America/New_York' && lines.length === 4 ? 'dst_fold' : null,
    })
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
