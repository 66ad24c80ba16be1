import type { Timeline, TimelineAsk, TimelineLane, TimelineRun, TimelineStarts, RunRow } from '../types'
import { iso } from './history'
import { listNodes } from './nodes'
import type { FakeWorld } from './world'

const NEXT_MAX = 200
const RUNS_MAX = 2_000
const STEPS = 96
const PILE_MIN = 10
const LANES_MAX = 60

const runOf = (run: RunRow): TimelineRun => ({
  run_id: run.run_id,
  job: run.job,
  state: run.state,
  at: run.started_at ?? run.scheduled_at,
  until: run.finished_at ?? run.until,
})

/** A window into the lanes of the made-up world. */
export function timelineOf(world: FakeWorld, profile: string, ask: TimelineAsk, now: number): Timeline {
  const [since, until] = [Date.parse(ask.since), Date.parse(ask.until)]
  const within = (run: RunRow) =>
    Date.parse(run.scheduled_at) >= since && Date.parse(run.scheduled_at) < until
  const wish = ask.text.trim().toLowerCase()
  const window = <T>(all: T[]) => all.slice(ask.offset, ask.offset + Math.min(ask.limit, LANES_MAX))
  if (ask.by === 'node') {
    const nodes = listNodes(world, profile).rows.filter((node) => node.node.toLowerCase().includes(wish))
    const runs = world.allRuns().filter(within)
    const lanes = window(nodes).map(({ node }): TimelineLane => {
      const own = runs.filter((run) => run.node === node).slice(0, RUNS_MAX)
      return { id: node, project: '', name: node, runs: own.map(runOf), next: [] }
    })
    return { lanes, count: nodes.length, cut: false }
  }
  const jobs = world.jobs
    .filter((job) => `${job.project}/${job.name}`.toLowerCase().includes(wish))
    .sort((a, b) => `${a.project}/${a.name}`.localeCompare(`${b.project}/${b.name}`))
  const lanes = window(jobs).map((job): TimelineLane => {
    const next: string[] = []
    for (let at = world.nextAt(job, now); at !== null && at < until && next.length < NEXT_MAX;) {
      next.push(iso(at))
      at = world.nextAt(job, at)
    }
    return {
      id: job.jobId,
      project: job.project,
      name: job.name,
      runs: world.runsOf(job).filter(within).map(runOf),
      next,
    }
  })
  return { lanes, count: jobs.length, cut: false }
}

/** Where starts pile up: jobs that start every night at the same time. */
export function startsOf(world: FakeWorld, since: number, until: number): TimelineStarts {
  const step = Math.max(1, Math.floor((until - since) / STEPS))
  const counts = Array.from({ length: STEPS }, () => 0)
  const minutes = new Map<number, string[]>()
  for (const job of world.jobs.filter((each) => each.everyS >= 3600)) {
    for (let at = world.nextAt(job, since); at !== null && at < until; at = world.nextAt(job, at)) {
      counts[Math.min(STEPS - 1, Math.floor((at - since) / step))]! += 1
      minutes.set(at, [...(minutes.get(at) ?? []), `${job.project}/${job.name}`])
    }
  }
  const full = [...minutes]
    .filter(([, jobs]) => jobs.length >= PILE_MIN)
    .sort((a, b) => b[1].length - a[1].length)
  return {
    since: iso(since),
    step_ms: step,
    counts,
    piles: full.slice(0, 1).map(([at, jobs]) => ({
      at: iso(at),
      starts: jobs.length,
      jitter: '10m',
      then: Math.max(1, Math.ceil(jobs.length / 10)),
      jobs_count: jobs.length,
      jobs: jobs.slice(0, 5),
    })),
  }
}
