import type { Overview, OverviewFailure, OverviewNeed, RunRow, RunState } from '../types'
import { iso } from './history'
import { listNodes } from './nodes'
import type { FakeWorld } from './world'

const QUARTER_MS = 900_000
const HALF_HOUR_MS = 1_800_000
const HOUR_MS = 3_600_000
const DAY_MS = 86_400_000
const ZONE_MS = 8 * HOUR_MS
const LATE_MS = 10_000
const FAILURES: RunState[] = ['failed', 'timed_out', 'lost', 'rejected']
const WANTED = ['paused', 'overlap', 'edited', 'cancelled']

const failed = (run: RunRow) => FAILURES.includes(run.state)
const at = (run: RunRow) => Date.parse(run.scheduled_at)
const within = (runs: RunRow[], since: number, until: number) =>
  runs.filter((run) => at(run) >= since && at(run) < until)

/** Whether an occurrence came in time, as core says it. */
export function fateOf(run: RunRow): 'missed' | 'late' | 'on_time' {
  if (run.trigger !== 'schedule') return 'on_time'
  const may = ['skipped', 'lost', 'rejected'].includes(run.state)
  if (!run.started_at && may && !WANTED.includes(run.reason ?? '')) return 'missed'
  return (run.late_ms ?? 0) > LATE_MS ? 'late' : 'on_time'
}

function failuresOf(runs: RunRow[], newest: Map<string, RunRow>): OverviewFailure[] {
  const groups = new Map<string, RunRow[]>()
  for (const run of runs.filter(failed)) {
    const cause = [run.job_id, run.state, run.reason, run.exit_code, run.signal].join(' ')
    groups.set(cause, [...(groups.get(cause) ?? []), run])
  }
  const told = [...groups.values()].map((group): OverviewFailure => {
    const [last, first] = [group[0]!, group.at(-1)!]
    return {
      job_id: last.job_id,
      project: last.project,
      job: last.job,
      state: last.state,
      reason: last.reason,
      exit_code: last.exit_code,
      signal: last.signal,
      count: group.length,
      first_at: first.scheduled_at,
      last_at: last.scheduled_at,
      last_run: last.run_id,
      stands: failed(newest.get(last.job_id)!),
    }
  })
  return told.sort((a, b) => b.last_at.localeCompare(a.last_at))
}

function needsOf(world: FakeWorld, profile: string): OverviewNeed[] {
  const nodes = listNodes(world, profile).rows
  const broken = world.jobs
    .filter((job) => job.mood === 'broken')
    .map((job): OverviewNeed => ({
      kind: 'broken',
      name: `${job.project}/${job.name}`,
      id: job.jobId,
      detail: 'run_as is not supported yet',
    }))
  const of = (state: string, kind: OverviewNeed['kind']) =>
    nodes
      .filter((node) => node.state === state)
      .map((node): OverviewNeed => ({ kind, name: node.node, id: node.node, detail: null }))
  const none: OverviewNeed[] = nodes.some((node) => node.state !== 'gone')
    ? []
    : [{ kind: 'no_nodes', name: '', id: '', detail: null }]
  return [...none, ...broken, ...of('gone', 'node_gone'), ...of('clock_suspect', 'clock_suspect')]
}

/** What happened in steps of equal length until `end`. */
function steps<T>(count: number, step: number, end: number, say: (since: number, until: number) => T): T[] {
  return Array.from({ length: count }, (_, index) =>
    say(end - (count - index) * step, end - (count - index - 1) * step),
  )
}

/** Everything at a glance. */
export function overviewOf(world: FakeWorld, profile: string, now: number): Overview {
  const runs = world.allRuns()
  const day = within(runs, now - DAY_MS, now + 1)
  const going = runs.filter((run) => run.state === 'running' || run.state === 'claimed')
  const ended = new Map<string, RunRow>()
  for (const run of runs) if (run.finished_at && !ended.has(run.job_id)) ended.set(run.job_id, run)
  for (const run of runs.filter(failed)) if (!ended.has(run.job_id)) ended.set(run.job_id, run)
  const nodes = listNodes(world, profile).rows
  const needs = needsOf(world, profile)
  const next = world.jobs
    .map((job) => ({ job, at: world.nextAt(job, now) }))
    .filter((each) => each.at !== null && each.at <= now + HOUR_MS)
    .sort((a, b) => a.at! - b.at!)
  const today = Math.floor((now + ZONE_MS) / DAY_MS) * DAY_MS - ZONE_MS
  const quarter = (Math.floor(now / QUARTER_MS) + 1) * QUARTER_MS
  const half = (Math.floor(now / HALF_HOUR_MS) + 1) * HALF_HOUR_MS
  const succeeded = (some: RunRow[]) => some.filter((run) => run.state === 'succeeded').length
  const nth = (late: number[], of20: number) =>
    late.length ? late[Math.min(late.length - 1, Math.floor((late.length * of20) / 20))]! : null
  const fates = day.map(fateOf)
  return {
    as_of: iso(now),
    empty: world.jobs.length === 0,
    running: going.length,
    failed: day.filter(failed).length,
    missed: fates.filter((fate) => fate === 'missed').length,
    late: fates.filter((fate) => fate === 'late').length,
    nodes: nodes.length,
    nodes_gone: nodes.filter((node) => node.state === 'gone').length,
    failures: failuresOf(within(runs, now - 7 * DAY_MS, now + 1), ended).filter(
      (group) => Date.parse(group.last_at) >= now - DAY_MS,
    ),
    needs: needs.slice(0, 50),
    needs_count: needs.length,
    going: going
      .sort((a, b) => at(a) - at(b))
      .slice(0, 6)
      .map(({ run_id, project, job, node, started_at }) => ({ run_id, project, job, node, started_at })),
    next: next.slice(0, 20).map(({ job, at }) => ({
      job_id: job.jobId,
      project: job.project,
      job: job.name,
      at: iso(at!),
    })),
    next_count: next.reduce((sum, { job }) => sum + Math.max(1, Math.floor(3600 / job.everyS)), 0),
    throughput: steps(96, QUARTER_MS, quarter, (since, until) => {
      const some = within(day, since, until)
      return { at: iso(since), succeeded: succeeded(some), failed: some.filter(failed).length }
    }),
    lateness: steps(48, HALF_HOUR_MS, half, (since, until) => {
      const late = within(day, since, until).flatMap((run) => run.late_ms ?? [])
      late.sort((a, b) => a - b)
      return { at: iso(since), half_ms: nth(late, 10), most_ms: nth(late, 19) }
    }),
    days: steps(8, DAY_MS, today + DAY_MS, (since, until) => {
      const some = within(runs, since, until)
      return {
        day: iso(since + ZONE_MS).slice(0, 10),
        since: iso(since),
        until: iso(until),
        succeeded: succeeded(some),
        failed: some.filter(failed).length,
        others: some.filter((run) => run.state === 'skipped' || run.state === 'killed').length,
      }
    }),
  }
}
