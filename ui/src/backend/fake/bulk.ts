import type {
  BulkAction,
  BulkAsk,
  BulkChanged,
  BulkProgress,
  BulkTarget,
  CommandError,
  ErrorCode,
  JobsText,
} from '../types'
import { BackendError, commandError } from '../backend'
import { chosenJobs } from './lists'
import type { FakeJob } from './jobs'
import { refuse, type FakeWorld } from './world'

const AT_ONCE = 25
const EVERY_MS = 50

type Step = { jobId: string; title: string; act: () => BulkChanged | null }

const title = (job: FakeJob) => `${job.project}/${job.name}`

function targets(world: FakeWorld, target: BulkTarget): FakeJob[] {
  if ('jobs' in target) return target.jobs.map((jobId) => world.job(jobId))
  const { jobs, mistakes } = chosenJobs(world, target.query.text, 'en')
  if (mistakes[0])
    refuse('invalid', mistakes[0].sentence, {
      because: 'filter',
      field: 'text',
      reason: mistakes[0].sentence,
    })
  return jobs.filter((job) => !target.query.except.includes(job.jobId))
}

const failure = (code: ErrorCode, reason: string, field = 'shell'): never =>
  refuse(code, reason, { field, reason })

function act(world: FakeWorld, job: FakeJob, action: BulkAction): BulkChanged | null {
  const before = job.generation
  const isChanged = change(world, job, action)
  return isChanged ? { job_id: job.jobId, title: title(job), before, after: job.generation } : null
}

function change(world: FakeWorld, job: FakeJob, action: BulkAction): boolean {
  if (action === 'pause' || action === 'resume') {
    const paused = action === 'pause'
    if (job.paused === paused) return false
    world.edit(job, (each) => (each.paused = paused))
    return true
  }
  if (action === 'delete') return world.remove(job)
  if (job.mood === 'broken')
    refuse('invalid', `${title(job)} cannot be used: run_as is not supported yet`, {
      because: 'broken',
      name: title(job),
    })
  if (action === 'run') {
    world.start(job)
    return true
  }
  if ('star' in action) {
    if (job.starred === action.star) return false
    world.edit(job, (each) => (each.starred = action.star))
    return true
  }
  const kept = job.tags.filter((tag) => !action.tag.remove.includes(tag))
  const tags = [...kept, ...action.tag.add.filter((tag) => !kept.includes(tag))]
  if (tags.join() === job.tags.join()) return false
  world.edit(job, (each) => (each.tags = tags))
  return true
}

function steps(world: FakeWorld, ask: BulkAsk): Step[] {
  if ('undo' in ask) {
    return ask.undo.map((changed) => ({
      jobId: changed.job_id,
      title: changed.title,
      act: () => world.restore(changed),
    }))
  }
  const { action, target } = ask.do
  if (action === 'run' && world.agent !== 'running') failure('no_agent', 'no agent runs on this computer')
  return targets(world, target).map((job) => ({
    jobId: job.jobId,
    title: title(job),
    act: () => act(world, job, action),
  }))
}

/** The bulk changes that go on, and who hears of them. */
export class FakeBulks {
  private readonly listeners = new Set<(progress: BulkProgress) => void>()
  private readonly stopped = new Set<string>()

  constructor(private readonly world: FakeWorld) {}

  listen(listener: (progress: BulkProgress) => void): () => void {
    this.listeners.add(listener)
    return () => this.listeners.delete(listener)
  }

  stop(id: string): void {
    this.stopped.add(id)
  }

  async run(id: string, ask: BulkAsk): Promise<BulkProgress> {
    const left = steps(this.world, ask)
    const changed: BulkChanged[] = []
    const progress: BulkProgress = {
      id,
      total: left.length,
      changed: [],
      done: 0,
      unchanged: 0,
      failed: [],
      failures: 0,
      left: 0,
      over: false,
    }
    while (left.length && !this.stopped.has(id)) {
      for (const step of left.splice(0, AT_ONCE)) this.perform(step, progress, changed)
      for (const listener of this.listeners) listener(structuredClone(progress))
      if (left.length) await new Promise((resolve) => setTimeout(resolve, EVERY_MS))
    }
    return { ...progress, changed, left: left.length, over: true }
  }

  private perform(step: Step, progress: BulkProgress, changed: BulkChanged[]): void {
    try {
      const done = step.act()
      if (done) changed.push(done)
      if (done) progress.done += 1
      else progress.unchanged += 1
    } catch (thrown) {
      if (!(thrown instanceof BackendError)) throw thrown
      const error: CommandError = commandError(thrown)
      progress.failures += 1
      progress.failed.push({ job_id: step.jobId, title: step.title, error })
    }
  }
}

/** Jobs as a text; those that cannot be written are named. */
export function jobsText(world: FakeWorld, target: BulkTarget): JobsText {
  const jobs = targets(world, target)
  const good = jobs.filter((job) => job.mood !== 'broken')
  const lines = (job: FakeJob) => [
    '[[job]]',
    `project = "${job.project}"`,
    `name = "${job.name}"`,
    `schedule = "${job.schedule}"`,
  ]
  return {
    text: good.map((job) => `${lines(job).join('\n')}\n`).join('\n'),
    count: good.length,
    left_out: jobs.filter((job) => job.mood === 'broken').map(title),
  }
}
