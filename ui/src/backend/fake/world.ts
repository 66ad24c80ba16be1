import { BackendError } from '../backend'
import type {
  AgentState,
  BulkChanged,
  Computer,
  ErrorCode,
  Hello,
  Live,
  LogPage,
  NextLine,
  Preferences,
  RunDetail,
  RunRow,
} from '../types'
import { fixtures } from './fixtures'
import { FAKE_JOBS, fakeJobs, type FakeJob } from './jobs'
import { FakeLog } from './logs'
import { endRun, fakeHistory, iso, startedRun } from './history'
import { fakeId } from './random'

/** Which made-up world: the parameter `fake` of the page's address. */
export type Variant = 'usual' | 'empty' | 'many' | 'down' | 'noagent'

const KILL_CONFIRMED_MS = 1000
const LINES_A_TICK = 2
const LOG_LINES = 320
const LONG_LOG_LINES = 100_000
// Only the first jobs have a history of their own: ten thousand would hold 400,000 rows.
const JOBS_WITH_HISTORY = 200

const HOUR_MS = 3_600_000

/** A refusal as the commands give it. */
export function refuse(code: ErrorCode, detail: string, params: Record<string, string> = {}): never {
  throw new BackendError({ code, params, detail })
}

/** All that the fake knows. It changes by its methods and by `tick`, and tells of it through `live`. */
export class FakeWorld {
  jobs: FakeJob[]
  agent: AgentState
  preferences: Preferences = {
    language: 'system',
    theme: 'system',
    density: 'compact',
    rail_folded: false,
    views: [],
    notices: 'mine',
    owner_name: '',
  }
  /** The latest first. */
  deleted: { job: FakeJob; at: number; by: string }[]
  private atLogin: Computer['at_login'] = 'off'
  /** What jobs were before each change, by id and generation. */
  private readonly versions = new Map<string, FakeJob>()
  private readonly history = new Map<string, RunRow[]>()
  private readonly logs = new Map<string, FakeLog>()
  private readonly kills = new Map<string, { at: number }>()
  private readonly trials = new Map<string, FakeJob>()
  private readonly dueAt = new Map<string, number>()
  private readonly listeners = new Set<(live: Live) => void>()
  private changed: RunRow[] = []
  private jobsChanged = false
  private agentChanged: AgentState | null = null
  private sequence = 0
  private serial = 1000
  private readonly began: number

  constructor(
    readonly variant: Variant,
    private readonly clock: () => number,
  ) {
    this.began = clock()
    this.jobs = variant === 'empty' ? [] : fakeJobs(variant === 'many' ? 10_000 : FAKE_JOBS)
    this.deleted = this.jobs.slice(0, 1).map((job) => ({
      job: { ...job, jobId: fakeId(1, 9000, 9000), project: 'ops', name: 'old-mirror', generation: 4 },
      at: this.began - 26 * HOUR_MS,
      by: 'wang@desk',
    }))
    this.agent = variant === 'noagent' ? 'stopped' : 'running'
    for (const job of this.jobs.slice(0, FAKE_JOBS)) this.prepare(job)
  }

  hello(): Hello {
    return {
      version: '0.1.0',
      profile: '',
      embedded: true,
      zone: 'Asia/Shanghai',
      agent: this.agent,
      data_dir: '/home/lin/.local/share/belfry/this-computer',
      environment: 'test',
      read_only: false,
      away: null,
    }
  }

  job(jobId: string): FakeJob {
    return (
      this.jobs.find((job) => job.jobId === jobId) ??
      refuse('not_found', `could not read job ${jobId}: it does not exist`)
    )
  }

  /** Runs of a job, newest first. */
  runsOf(job: FakeJob): RunRow[] {
    const known = this.history.get(job.jobId)
    if (known) return known
    const runs =
      job.index < JOBS_WITH_HISTORY || this.variant === 'many' ? fakeHistory(job, this.clock()) : []
    this.history.set(job.jobId, runs)
    return runs
  }

  /** Every run, newest first. */
  allRuns(): RunRow[] {
    const runs = this.jobs.slice(0, JOBS_WITH_HISTORY).flatMap((job) => this.runsOf(job))
    return runs.sort(
      (a, b) =>
        b.scheduled_at.localeCompare(a.scheduled_at) ||
        b.attempt - a.attempt ||
        a.run_id.localeCompare(b.run_id),
    )
  }

  run(runId: string): RunDetail {
    const attempts = this.attempts(runId)
    if (!attempts.length)
      refuse('not_found', `could not read run ${runId}: nobody has taken it yet, or it is gone`)
    const kill = this.kills.get(runId)
    return { attempts, kill: kill ? { by: 'you', asked_at: iso(kill.at), overdue: false } : null }
  }

  log(runId: string, attempt: number, offset: number): LogPage {
    const run = this.attempts(runId).find((each) => each.attempt === attempt)
    if (!run) return refuse('not_found', `could not read the log of run ${runId}/${attempt}: it is gone`)
    if (!run.started_at) return { pieces: [], next_offset: 0, total: 0, complete: true }
    return this.logOf(run).page(offset, run.state !== 'running')
  }

  kill(runId: string): void {
    if (!this.attempts(runId).some((run) => run.state === 'running')) {
      refuse('not_found', `could not kill run ${runId}: it has ended already`)
    }
    this.kills.set(runId, { at: this.clock() })
    this.touch(this.attempts(runId).find((run) => run.state === 'running')!)
    this.flush()
  }

  start(job: FakeJob): string {
    if (this.agent !== 'running')
      refuse('no_agent', 'could not ask for a run: no agent runs on this computer')
    const run = {
      ...startedRun(job, (this.serial += 1), this.clock()),
      trigger: 'manual' as const,
      by: 'you',
    }
    this.runsOf(job).unshift(run)
    this.touch(run)
    return run.run_id
  }

  /** Starts a run of a job that need not be one of the world's, as a trial. */
  attempt(job: FakeJob): string {
    if (this.agent !== 'running')
      refuse('no_agent', 'could not ask for a run: no agent runs on this computer')
    const begun = startedRun(job, (this.serial += 1), this.clock())
    const run = { ...begun, trigger: 'try' as const, by: 'you', generation: 0 }
    this.runsOf(job).unshift(run)
    this.trials.set(run.run_id, job)
    this.touch(run)
    return run.run_id
  }

  /** Changes jobs by `act`, and tells of it. */
  change(act: () => void): void {
    act()
    this.jobsChanged = true
    this.flush()
  }

  /** Changes a job; what it was can be brought back. */
  edit(job: FakeJob, change: (job: FakeJob) => void): void {
    this.versions.set(`${job.jobId}/${job.generation}`, { ...job })
    change(job)
    job.generation += 1
    this.jobsChanged = true
    this.flush()
  }

  remove(job: FakeJob): boolean {
    this.edit(job, () => undefined)
    this.jobs = this.jobs.filter((each) => each !== job)
    this.deleted.unshift({ job, at: this.clock(), by: 'you' })
    return true
  }

  /** Makes a job that was deleted one of the world's again. */
  bringBack(job: FakeJob): void {
    this.deleted = this.deleted.filter((each) => each.job.jobId !== job.jobId)
    this.change(() => (this.jobs = [...this.jobs.filter((each) => each.jobId !== job.jobId), job]))
  }

  /** Takes a change back, unless somebody has changed the job since. */
  restore(changed: BulkChanged): BulkChanged {
    const before = this.versions.get(`${changed.job_id}/${changed.before}`)
    if (!before) return refuse('not_found', `could not bring ${changed.title} back: it is gone`)
    const job = this.jobs.find((each) => each.jobId === changed.job_id)
    if (job && job.generation !== changed.after)
      refuse('conflict', `could not change ${changed.title}: it was edited meanwhile`)
    const restored = { ...before, generation: changed.after + 1 }
    this.bringBack(restored)
    return { ...changed, before: changed.after, after: restored.generation }
  }

  computer(): Computer {
    return {
      data_dir: this.hello().data_dir,
      config_dir: '/home/lin/.config/io.github.belfry.desktop',
      at_login: this.atLogin,
      at_login_file: '/home/lin/.config/systemd/user/belfry-agent.service',
      notices: true,
      version: this.hello().version,
      zones: fixtures.zones,
      licences: fixtures.licences,
    }
  }

  setAtLogin(on: boolean): void {
    this.atLogin = on ? 'service' : 'off'
  }

  /** Core's preview of a job's occurrences, as far as it reaches behind `after`. */
  preview(job: FakeJob, after: number): NextLine[] {
    if (job.paused || job.mood === 'broken') return []
    const lines = fixtures.next[`${job.schedule} ${job.zone}`] ?? []
    return after < Date.parse(fixtures.now) ? [] : lines.filter((line) => Date.parse(line.at) > after)
  }

  edited(job: FakeJob, generation: number): void {
    job.generation = generation
    this.jobsChanged = true
    this.flush()
  }

  addExamples(): number {
    this.jobs = fakeJobs(3)
    for (const job of this.jobs) this.prepare(job)
    this.jobsChanged = true
    this.flush()
    return this.jobs.length
  }

  /** Takes jobs up that a file brought. */
  add(jobs: FakeJob[]): void {
    this.jobs = [...this.jobs, ...jobs]
    for (const job of jobs) this.prepare(job)
    this.jobsChanged = true
    this.flush()
  }

  setAgent(agent: AgentState): void {
    this.agent = agent
    this.agentChanged = agent
    this.flush()
  }

  nextAt(job: FakeJob, after: number): number | null {
    if (job.paused || !job.everyS || job.mood === 'broken') return null
    const known = this.preview(job, after)[0]
    if (known) return Date.parse(known.at)
    const every = job.everyS * 1000
    return (Math.floor(after / every) + 1) * every
  }

  listen(listener: (live: Live) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  /** Lets the made-up programs write, end and ring. */
  tick(): void {
    const now = this.clock()
    if (this.agent === 'starting') this.setAgent('running')
    for (const job of this.jobs.slice(0, FAKE_JOBS)) {
      for (const run of this.runsOf(job)) if (run.state === 'running') this.advance(job, run, now)
      this.ring(job, now)
    }
    for (const [runId, job] of this.trials) {
      const run = this.attempts(runId)[0]
      if (run?.state === 'running' && job.mood === 'good') this.advance(job, run, now)
    }
    this.flush(true)
  }

  private prepare(job: FakeJob): void {
    const now = this.clock()
    const runs = this.runsOf(job)
    this.dueAt.set(job.jobId, this.nextAt(job, now) ?? Infinity)
    if (job.mood !== 'endless' || this.agent !== 'running') return
    const run = startedRun(job, (this.serial += 1), now - 95_000 - job.index * 1000)
    this.logOf(run).fill(140)
    runs.unshift(run)
  }

  private advance(job: FakeJob, run: RunRow, now: number): void {
    const kill = this.kills.get(run.run_id)
    if (kill && now - kill.at >= KILL_CONFIRMED_MS) {
      this.kills.delete(run.run_id)
      return this.end(run, endRun({ ...run, by: 'you' }, 'killed', now))
    }
    this.logOf(run).grow(LINES_A_TICK, iso(now))
    run.output_bytes = this.logOf(run).page(0, false).total
    const elapsed = now - Date.parse(run.started_at!)
    const lasts = Math.min(job.durationMs, 20_000)
    if (job.mood !== 'endless' && elapsed > lasts) {
      this.end(run, endRun(run, job.mood === 'failing' ? 'failed' : 'succeeded', now))
    }
  }

  private ring(job: FakeJob, now: number): void {
    const due = this.dueAt.get(job.jobId) ?? Infinity
    if (now < due || job.paused || this.agent !== 'running') return
    this.dueAt.set(job.jobId, this.nextAt(job, now) ?? Infinity)
    if (job.mood === 'endless') return
    const run = startedRun(job, (this.serial += 1), due)
    this.runsOf(job).unshift(run)
    this.touch(run)
  }

  private end(run: RunRow, ended: RunRow): void {
    Object.assign(run, ended)
    this.touch(run)
  }

  private touch(run: RunRow): void {
    this.changed = [...this.changed.filter((each) => each.run_id !== run.run_id), run]
  }

  private attempts(runId: string): RunRow[] {
    for (const runs of this.history.values()) {
      const found = runs.filter((run) => run.run_id === runId)
      if (found.length) return found.sort((a, b) => a.attempt - b.attempt)
    }
    return []
  }

  private logOf(run: RunRow): FakeLog {
    const key = `${run.run_id}/${run.attempt}`
    const known = this.logs.get(key)
    if (known) return known
    const log = new FakeLog(run)
    if (run.finished_at) log.fill(run.job.startsWith('index-everything') ? LONG_LOG_LINES : LOG_LINES)
    this.logs.set(key, log)
    return log
  }

  flush(always = false): void {
    if (!always && !this.changed.length && !this.jobsChanged && !this.agentChanged) return
    const live: Live = {
      sequence: (this.sequence += 1),
      jobs_changed: this.jobsChanged,
      runs: structuredClone(this.changed),
      agent: this.agentChanged,
      trouble: this.variant === 'down' ? 'could not read the stores: the database is locked' : null,
      at: iso(this.variant === 'down' ? this.began : this.clock()),
    }
    this.changed = []
    this.jobsChanged = false
    this.agentChanged = null
    for (const listener of this.listeners) listener(live)
  }
}
