import type { NodeDetail, NodeJob, NodeList, NodeRow } from '../types'
import { iso } from './history'
import { refuse, type FakeWorld } from './world'

const UP_MS = 9 * 86_400_000
const JOBS_SHOWN = 50
const RUNS_SHOWN = 20

const blank: Omit<NodeRow, 'node' | 'host'> = {
  state: 'up',
  version: '0.1.0',
  labels: [],
  projects: [],
  weight: 1,
  load: 0,
  max_parallel: 8,
  running: 0,
  clock_ms: 2,
  reports_pending: 0,
  up_since: null,
}

/** The nodes of every cluster. */
export const fleet: (Partial<NodeRow> & { node: string })[] = [
  { node: 'web-1', labels: ['role=web', 'zone=a'], weight: 3, load: 5, running: 5, clock_ms: -3 },
  { node: 'web-2', labels: ['role=web', 'zone=b'], weight: 2, load: 2, running: 2, clock_ms: 4 },
  { node: 'web-3', labels: ['role=web', 'zone=c'], state: 'draining', load: 1, running: 1 },
  { node: 'db-1', labels: ['role=db', 'zone=a'], projects: ['billing', 'data'], reports_pending: 12 },
  { node: 'db-2', labels: ['role=db', 'zone=b'], state: 'clock_suspect', clock_ms: 4210 },
  { node: 'media-1', labels: ['role=gpu'], projects: ['media'], state: 'gone', clock_ms: null },
  {
    node: 'batch-of-the-house-with-a-name-as-long-as-names-get',
    labels: ['role=batch', 'owner=data-engineering', 'rack=r17', 'generation=3'],
    weight: 0,
  },
]

/** The nodes of a connection: one of this computer, several of a cluster. */
function rows(world: FakeWorld, profile: string): NodeRow[] {
  const since = iso(Date.now() - UP_MS)
  if (!profile) {
    if (world.agent !== 'running' || world.variant === 'empty') return []
    const running = world.allRuns().filter((run) => run.state === 'running').length
    return [{ ...blank, node: 'this-computer', host: 'desk', load: running, running, up_since: since }]
  }
  return fleet.map((node) => ({
    ...blank,
    host: `${node.node}.example`,
    up_since: node.state === 'gone' ? null : since,
    ...node,
  }))
}

/** The list of nodes. */
export function listNodes(world: FakeWorld, profile: string): NodeList {
  return { rows: rows(world, profile).sort((a, b) => a.node.localeCompare(b.node)) }
}

/** A node by itself. */
export function showNode(world: FakeWorld, profile: string, name: string, language: string): NodeDetail {
  const row =
    rows(world, profile).find((each) => each.node === name) ??
    refuse('not_found', `there is no node "${name}"`)
  const words = language === 'zh-CN' ? 'zh' : 'en'
  const isGone = row.state === 'gone'
  const served = world.jobs.filter(
    (job) => !job.paused && (!row.projects.length || row.projects.includes(job.project)),
  )
  const jobs: NodeJob[] = (isGone ? [] : served).map((job, index) => {
    const next = world.nextAt(job, Date.now())
    return {
      job_id: job.jobId,
      project: job.project,
      name: job.name,
      schedule_words: job.words[words],
      next_at: next === null ? null : iso(next),
      part: index % 3 === 0 ? 'first' : index % 7 === 1 ? 'each' : 'stands_in',
    }
  })
  jobs.sort((a, b) => (a.next_at ?? '9').localeCompare(b.next_at ?? '9'))
  return {
    row,
    addresses: ['10.0.0.7', 'fd00::7'],
    os: 'Debian GNU/Linux 12 (bookworm), 6.1.0-18-amd64',
    cores: 8,
    memory_bytes: 33_554_432_000,
    pid: isGone ? null : 1417,
    runs: world.allRuns().slice(0, RUNS_SHOWN),
    jobs: jobs.slice(0, JOBS_SHOWN),
    jobs_count: jobs.length,
  }
}
