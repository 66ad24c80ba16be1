import type { Backend } from './backend'
import { explain } from './fake/explain'
import { fakeFiles } from './fake/import'
import { FakeEditor } from './fake/editor'
import { FakeBulks } from './fake/bulk'
import { find, listJobs, listRuns, showJob } from './fake/lists'
import { FakeConnections } from './fake/connections'
import { startsOf, timelineOf } from './fake/timeline'
import { overviewOf } from './fake/overview'
import { fakeLinks } from './fake/links'
import { listNodes, showNode } from './fake/nodes'
import { fakeNodeActions } from './fake/nodeActions'
import { completeQuery, countRuns, searchRuns } from './fake/search'
import { definitionOf, deletedJobs, restoreVersion, versionDiff, versionsOf } from './fake/versions'
import { FakeWorld, refuse, type Variant } from './fake/world'

const TICK_MS = 500
const variants: Variant[] = ['usual', 'empty', 'many', 'down', 'noagent']

/** Plain copies, as they come out of the real commands: nobody shares an object with the world. */
const copy = <T>(value: T): T => structuredClone(value)

/** What is sent, as the real commands get it: through JSON. */
const sent = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T

/**
 * The whole window in a plain browser: made-up jobs and runs, the same at every start.
 *
 * `?fake=empty | many | down | noagent` shows the designed states; `language` and `theme`
 * preset the preferences.
 */
export function fakeBackend(address: URLSearchParams): Backend {
  const asked = address.get('fake') as Variant
  const world = new FakeWorld(variants.includes(asked) ? asked : 'usual', Date.now)
  const editor = new FakeEditor(world, Date.now)
  for (const key of ['language', 'theme'] as const) {
    const value = address.get(key)
    if (value) Object.assign(world.preferences, { [key]: value })
  }
  const bulks = new FakeBulks(world)
  const connections = new FakeConnections(world, address.get('profile') ?? '')
  setInterval(() => world.tick(), TICK_MS)
  const answer = async <T>(value: () => T): Promise<T> => copy(value())
  const stored = async <T>(value: () => T): Promise<T> => {
    if (world.variant === 'down') refuse('unreachable', 'could not read the stores: the database is locked')
    return answer(value)
  }
  return {
    hello: () => answer(() => connections.hello()),
    jobsList: ({ query }) => stored(() => listJobs(world, query, Date.now())),
    jobShow: ({ jobId, language }) => stored(() => showJob(world, world.job(jobId), language, Date.now())),
    jobPause: ({ jobId, generation, paused }) =>
      stored(() => {
        const job = world.job(jobId)
        if (job.generation !== generation)
          refuse('conflict', `could not change ${job.name}: it was edited meanwhile`)
        world.edit(job, (each) => (each.paused = paused))
      }),
    jobRun: ({ jobId }) => stored(() => world.start(world.job(jobId))),
    jobsAddExamples: () => stored(() => world.addExamples()),
    editorOpen: ({ ask }) => stored(() => editor.open(ask)),
    editorLists: () => stored(() => editor.lists()),
    draftCheck: ({ ask }) => stored(() => editor.check(copy(ask))),
    scheduleBuild: ({ ask }) => answer(() => editor.build(ask)),
    draftSave: ({ ask }) => stored(() => editor.save(copy(ask))),
    draftTry: ({ ask }) => stored(() => editor.tryOnce(copy(ask))),
    jobsFind: ({ text, language }) => stored(() => find(world, text, language)),
    jobsBulk: async ({ id, ask }) => (await stored(() => null), copy(await bulks.run(id, sent(ask)))),
    jobsBulkStop: ({ id }) => answer(() => bulks.stop(id)),
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
    ...fakeFiles(world, address, stored),
    jobVersions: ({ jobId }) => stored(() => versionsOf(world, jobId)),
    versionDiff: ({ jobId, one, other }) => stored(() => versionDiff(world, jobId, one, other)),
    jobRestore: ({ jobId, generation }) => stored(() => restoreVersion(world, jobId, generation)),
    jobsDeleted: () => stored(() => deletedJobs(world)),
    agentStart: () => answer(() => world.setAgent('starting')),
    agentStop: () => answer(() => world.setAgent('stopped')),
    preferencesGet: () => answer(() => world.preferences),
    preferencesSet: ({ preferences }) => answer(() => void (world.preferences = sent(preferences))),
    computerShow: () => answer(() => world.computer()),
    agentAtLogin: ({ on }) => answer(() => world.setAtLogin(on)),
    ...fakeLinks(answer),
    ...connections.commands(answer),
    nodesList: () => stored(() => listNodes(world, connections.shown)),
    nodeShow: ({ node, language }) => stored(() => showNode(world, connections.shown, node, language)),
    timelineShow: ({ ask }) => stored(() => timelineOf(world, connections.shown, ask, Date.now())),
    timelineStarts: ({ since, until }) => stored(() => startsOf(world, Date.parse(since), Date.parse(until))),
    overviewShow: () => stored(() => overviewOf(world, connections.shown, Date.now())),
    ...fakeNodeActions(world, connections, stored),
    explainShow: ({ ask }) => stored(() => explain(world, connections.shown, ask, Date.now())),
    onLive: async (listener) => world.listen(listener),
    onBulk: async (listener) => bulks.listen(listener),
  }
}
