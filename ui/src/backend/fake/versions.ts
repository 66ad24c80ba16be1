import type { DeletedJob, ChangedField, JobVersion, JobVersions, RunDefinition, VersionDiff } from '../types'
import { iso } from './history'
import type { FakeJob } from './jobs'
import { refuse, type FakeWorld } from './world'

const HOUR_MS = 3_600_000

const set = (path: string, after: string): ChangedField => ({ path, before: null, after, lines: [] })

/** The pasts that grew while a world was looked at. */
class Pasts {
  private readonly grown = new Map<string, JobVersion[]>()

  of(job: FakeJob): JobVersion[] {
    const known = this.grown.get(job.jobId) ?? past(job)
    this.grown.set(job.jobId, known)
    return known
  }
}

const pasts = new WeakMap<FakeWorld, Pasts>()

function pastsOf(world: FakeWorld): Pasts {
  const known = pasts.get(world) ?? new Pasts()
  pasts.set(world, known)
  return known
}

function version(generation: number, action: string, by: string, hours: number, changes: ChangedField[]) {
  return { generation, action, by, at: iso(Date.now() - hours * HOUR_MS), changes, restorable: true }
}

/** Newest first: made, edited twice, rested and woken until the generation that the job has. */
function past(job: FakeJob): JobVersion[] {
  const made = [set('project', job.project), set('name', job.name), set('schedule', '@daily')]
  const versions = [
    version(1, 'create', 'lin@desk', 400, made),
    version(2, 'edit', 'wang@desk', 90, [
      { path: 'schedule', before: '@daily', after: job.schedule, lines: [] },
      { path: 'timeout', before: null, after: '30m', lines: [] },
    ]),
    version(3, 'edit', 'wang@desk', 20, [
      {
        path: 'shell.script',
        before: 'set -e\nold-command --all\n',
        after: `set -e\n${job.command}\n`,
        lines: ['-old-command --all', `+${job.command}`],
      },
    ]),
  ]
  for (let generation = 4; generation <= job.generation; generation += 1) {
    const paused = generation % 2 === 0
    const change = { path: 'paused', before: paused ? 'no' : 'yes', after: paused ? 'yes' : 'no', lines: [] }
    versions.push(version(generation, paused ? 'pause' : 'resume', 'lin@desk', 2, [change]))
  }
  return versions.slice(0, Math.max(3, job.generation)).reverse()
}

/** A job, also one that is deleted. */
function jobOf(world: FakeWorld, jobId: string): FakeJob {
  return world.deleted.find((each) => each.job.jobId === jobId)?.job ?? world.job(jobId)
}

export function versionsOf(world: FakeWorld, jobId: string): JobVersions {
  const job = jobOf(world, jobId)
  const versions = pastsOf(world).of(job)
  const current = versions[0]?.generation ?? null
  return {
    title: `${job.project}/${job.name}`,
    current,
    versions: versions.map((each) => ({ ...each, restorable: each.generation !== current })),
  }
}

export function versionDiff(world: FakeWorld, jobId: string, one: number, other: number): VersionDiff {
  const [from, to] = [Math.min(one, other), Math.max(one, other)]
  const between = pastsOf(world)
    .of(jobOf(world, jobId))
    .filter((each) => each.generation > from && each.generation <= to)
  const last = new Map(between.flatMap((each) => each.changes).map((change) => [change.path, change]))
  return { from, to, changes: [...last.values()], unreadable: null }
}

export function restoreVersion(world: FakeWorld, jobId: string, generation: number): number {
  const job = jobOf(world, jobId)
  const versions = pastsOf(world).of(job)
  const found = versions.find((each) => each.generation === generation)
  if (!found) return refuse('not_found', `${job.name} has no version ${generation}`)
  const next = (versions[0]?.generation ?? 0) + 1
  versions.unshift({ ...found, generation: next, action: 'restore', by: 'you', at: iso(Date.now()) })
  if (world.deleted.some((each) => each.job === job)) world.bringBack(job)
  world.edited(job, next)
  return next
}

export function deletedJobs(world: FakeWorld): DeletedJob[] {
  return world.deleted.map(({ job, at, by }) => ({
    job_id: job.jobId,
    title: `${job.project}/${job.name}`,
    at: iso(at),
    by,
    generation: job.generation - 1,
  }))
}

export function definitionOf(world: FakeWorld, runId: string, attempt: number): RunDefinition {
  const run = world.run(runId).attempts.find((each) => each.attempt === attempt)
  const job = jobOf(world, run?.job_id ?? '')
  const versions = pastsOf(world).of(job)
  const current = versions[0]!.generation
  const ran = versions.find((each) => each.generation === 2) ?? versions[0]!
  return {
    version: { ...ran, restorable: ran.generation !== current },
    current,
    command: job.command,
    document: `[[job]]\nproject = "${job.project}"\nname = "${job.name}"\nschedule = "${job.schedule}"\ntimeout = "30m"\n\n[job.shell]\nscript = '''\nset -e\n${job.command}\n'''\n`,
    changes: versionDiff(world, job.jobId, ran.generation, current).changes,
  }
}
