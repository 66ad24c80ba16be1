import type { Backend } from './backend'
import { listJobs, listRuns, showJob } from './fake/lists'
import { completeQuery, countRuns, searchRuns } from './fake/search'
import { definitionOf, deletedJobs, restoreVersion, versionDiff, versionsOf } from './fake/versions'
import { FakeWorld, refuse, type Variant } from './fake/world'

const TICK_MS = 500
const variants: Variant[] = ['usual', 'empty', 'many', 'down', 'noagent']

/** Plain copies, as they come out of the real commands: nobody shares an object with the world. */
const copy = <T>(value: T): T => structuredClone(value)

/**
 * The whole window in a plain browser: made-up jobs and runs, the same at every start.
 *
 * `?fake=empty | many | down | noagent` shows the designed states; `language` and `theme`
 * preset the preferences.
 */
export function fakeBackend(address: URLSearchParams): Backend {
  const asked = address.get('fake') as Variant
  const world = new FakeWorld(variants.includes(asked) ? asked : 'usual', Date.now)
  for (const key of ['language', 'theme'] as const) {
    const value = address.get(key)
    if (value) Object.assign(world.preferences, { [key]: value })
  }
  setInterval(() => world.tick(), TICK_MS)
  const answer = async <T>(value: () => T): Promise<T> => copy(value())
  const stored = async <T>(value: () => T): Promise<T> => {
    if (world.variant === 'down') refuse('unreachable', 'could not read the stores: the database is locked')
    return answer(value)
  }
  return {
    hello: () => answer(() => world.hello()),
    jobsList: ({ query }) => stored(() => listJobs(world, query, Date.now())),
    jobShow: ({ jobId, language }) => stored(() => showJob(world, world.job(jobId), language, Date.now())),
    jobPause: ({ jobId, generation, paused }) =>
      stored(() => {
        const job = world.job(jobId)
        if (job.generation !== generation)
          refuse('conflict', `could not change ${job.name}: it was edited meanwhile`)
        world.pause(job, paused)
      }),
    jobRun: ({ jobId }) => stored(() => world.start(world.job(jobId))),
    jobsAddExamples: () => stored(() => world.addExamples()),
    runsList: ({ query }) => stored(() => listRuns(world, query)),
    runShow: ({ runId }) => stored(() => world.run(runId)),
    runKill: ({ runId }) => stored(() => world.kill(runId)),
    runLog: ({ runId, attempt, offset }) => stored(() => world.log(runId, attempt, offset)),
    runsSearch: ({ search }) => stored(() => searchRuns(world, search)),
    runsFacets: ({ search }) => stored(() => countRuns(world, search.text)),
    queryComplete: ({ text, cursor }) => stored(() => completeQuery(world, text, cursor)),
    runDefinition: ({ runId, attempt }) => stored(() => definitionOf(world, runId, attempt)),
    logSave: ({ runId, attempt }) => stored(() => `/home/lin/Downloads/${runId.slice(0, 8)}-${attempt}.log`),
    logFollow: () => answer(() => undefined),
    jobVersions: ({ jobId }) => stored(() => versionsOf(world, jobId)),
    versionDiff: ({ jobId, one, other }) => stored(() => versionDiff(world, jobId, one, other)),
    jobRestore: ({ jobId, generation }) => stored(() => restoreVersion(world, jobId, generation)),
    jobsDeleted: () => stored(() => deletedJobs(world)),
    agentStart: () => answer(() => world.setAgent('starting')),
    agentStop: () => answer(() => world.setAgent('stopped')),
    preferencesGet: () => answer(() => world.preferences),
    preferencesSet: ({ preferences }) => answer(() => void (world.preferences = copy(preferences))),
    onLive: async (listener) => world.listen(listener),
  }
}
