import type { Reason, RunRow, RunState } from '../types'
import type { FakeJob } from './jobs'
import { fakeId, seeded } from './random'

const RUNS_PER_JOB = 36
const nodes = ['this-computer']

/** A row with nothing in it but what every run has. */
export function blankRun(job: FakeJob, serial: number, at: number): RunRow {
  return {
    run_id: fakeId(2, job.index, serial),
    attempt: 1,
    job_id: job.jobId,
    project: job.project,
    job: job.name,
    scope: '*',
    scheduled_at: iso(at),
    until: null,
    count: 1,
    decided_at: iso(at + 4),
    started_at: null,
    finished_at: null,
    duration_ms: null,
    late_ms: null,
    node: nodes[0]!,
    state: 'claimed',
    reason: null,
    detail: null,
    exit_code: null,
    signal: null,
    output_bytes: 0,
    output_sha256: null,
    peak_memory_bytes: null,
    user_ms: null,
    system_ms: null,
    trigger: 'schedule',
    by: null,
    generation: job.generation,
  }
}

/** An instant as the commands write it. */
export function iso(at: number): string {
  return new Date(at).toISOString()
}

/** A started run, at `at` plus a small delay. */
export function startedRun(job: FakeJob, serial: number, at: number): RunRow {
  const late = 6 + (serial % 9)
  return { ...blankRun(job, serial, at), state: 'running', started_at: iso(at + late), late_ms: late }
}

/** Ends a started run as `state`. */
export function endRun(run: RunRow, state: RunState, at: number): RunRow {
  const started = Date.parse(run.started_at ?? run.scheduled_at)
  const random = seeded(started)
  const duration = Math.max(1, at - started)
  const failed = state === 'failed'
  return {
    ...run,
    state,
    reason: failed ? 'exit_code' : null,
    finished_at: iso(at),
    duration_ms: duration,
    exit_code: state === 'succeeded' ? 0 : failed ? 1 + Math.floor(random() * 3) : null,
    signal: state === 'killed' || state === 'timed_out' ? 15 : null,
    output_bytes: run.output_bytes || 2_000 + Math.floor(random() * 90_000),
    output_sha256: Array.from({ length: 64 }, () => Math.floor(random() * 16).toString(16)).join(''),
    peak_memory_bytes: 4_000_000 + Math.floor(random() * 400_000_000),
    user_ms: Math.floor(duration * 0.6),
    system_ms: Math.floor(duration * 0.1),
  }
}

const weights: Record<string, [RunState, number][]> = {
  good: [['succeeded', 1]],
  flaky: [
    ['succeeded', 0.82],
    ['failed', 0.95],
    ['killed', 1],
  ],
  failing: [
    ['succeeded', 0.25],
    ['failed', 1],
  ],
  slow: [
    ['succeeded', 0.8],
    ['timed_out', 0.95],
    ['killed', 1],
  ],
  skipping: [
    ['succeeded', 0.6],
    ['skipped', 1],
  ],
  lost: [
    ['succeeded', 0.7],
    ['lost', 0.9],
    ['rejected', 1],
  ],
  endless: [
    ['succeeded', 0.9],
    ['failed', 1],
  ],
}

function past(job: FakeJob, serial: number, at: number, random: () => number): RunRow {
  const draw = random()
  const state = (weights[job.mood] ?? weights.good!).find(([, below]) => draw <= below)![0]
  const duration = Math.round(job.durationMs * (0.7 + random() * 0.6))
  if (state === 'skipped') return skipped(job, serial, at, job.paused ? 'paused' : 'overlap')
  if (state === 'rejected') {
    return {
      ...blankRun(job, serial, at),
      state,
      reason: 'definition',
      detail: 'run_as is not supported yet',
    }
  }
  const started = startedRun(job, serial, at)
  if (state === 'lost')
    return { ...started, state, reason: 'owner_gone', detail: 'the session of this-computer ended' }
  return endRun(started, state, Date.parse(started.started_at!) + duration)
}

function skipped(job: FakeJob, serial: number, at: number, reason: Reason): RunRow {
  const range = job.paused && serial % 3 === 0
  return {
    ...blankRun(job, serial, at),
    state: 'skipped',
    reason,
    until: range ? iso(at + job.everyS * 1000 * 36) : null,
    count: range ? 37 : 1,
  }
}

/** The runs of a job before `now`, newest first; the same every time. */
export function fakeHistory(job: FakeJob, now: number): RunRow[] {
  if (job.mood === 'never' || job.mood === 'broken') return []
  const everyMs = (job.everyS || 7 * 3600) * 1000
  const latest = Math.floor(now / everyMs) * everyMs
  const random = seeded(job.index + 1)
  const runs: RunRow[] = []
  for (let serial = RUNS_PER_JOB; serial > 0; serial -= 1) {
    const at = latest - (RUNS_PER_JOB - serial) * everyMs
    const run = past(job, serial, at, random)
    if (run.finished_at && Date.parse(run.finished_at) > now) continue
    if (job.mood === 'flaky' && run.state === 'failed') runs.push(...retried(run))
    runs.push(run)
  }
  return runs
}

function retried(first: RunRow): RunRow[] {
  const started = Date.parse(first.finished_at!) + 5_000
  const second = { ...first, attempt: 2, trigger: 'retry' as const, started_at: iso(started) }
  return [endRun(second, 'succeeded', started + (first.duration_ms ?? 0))]
}
