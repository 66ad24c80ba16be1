import type { ExplainAsk, Explained, ExplainDecision, ExplainVerdict, NodeRow, RunRow } from '../types'
import { fixtures, type Said } from './fixtures'
import { iso } from './history'
import type { FakeJob } from './jobs'
import { listNodes } from './nodes'
import { refuse, type FakeWorld } from './world'

const DAY_MS = 86_400_000

/** Where a job rings beside an instant: only steps of its own length are made up. */
function beside(world: FakeWorld, job: FakeJob, at: number): [number | null, number | null] {
  const next = world.nextAt(job, at)
  if (next === null) return [null, null]
  const every = job.everyS * 1000
  const before = world.nextAt(job, at - every - 1)
  return [before !== null && before < at ? before : next - every < at ? next - every : at - every, next]
}

function read(text: string, world: FakeWorld, job: FakeJob, now: number): number {
  if (!text.trim()) return world.nextAt(job, now) ?? now
  const isLocal = /^\d{4}-\d\d-\d\d[ T]\d\d:\d\d(:\d\d)?$/.test(text.trim())
  const at = Date.parse(isLocal ? `${text.trim().replace(' ', 'T')}+08:00` : text.trim())
  return Number.isNaN(at)
    ? refuse('invalid', `instant: ${text} is no time`, { field: 'instant', because: 'instant', reason: text })
    : at
}

const decision = (run: RunRow): ExplainDecision => ({
  run_id: run.run_id,
  attempt: run.attempt,
  scheduled_at: run.scheduled_at,
  node: run.node,
  decided_at: run.decided_at,
  state: run.state,
  reason: run.reason,
  count: run.count,
})

/** Why a made-up job ran then, in the words that core has for it. */
export function explain(world: FakeWorld, profile: string, ask: ExplainAsk, now: number): Explained {
  const job =
    world.jobs.find((each) => [each.jobId, each.name, `${each.project}/${each.name}`].includes(ask.job)) ??
    refuse('not_found', `there is no job "${ask.job}"`)
  const at = read(ask.at, world, job, now)
  const words = ask.language === 'zh-CN' ? 'zh' : 'en'
  const runs = world
    .runsOf(job)
    .filter((run) => (ask.run_id ? run.run_id === ask.run_id : Date.parse(run.scheduled_at) === at))
    .sort((a, b) => a.attempt - b.attempt)
  const [previous, next] = beside(world, job, at)
  const rings = job.everyS > 0 && world.nextAt(job, at - 1) === at
  const verdict: ExplainVerdict = runs.length
    ? 'decided'
    : !rings && !job.paused
      ? 'no_instant'
      : at <= now
        ? 'no_record'
        : job.paused
          ? 'paused'
          : 'to_come'
  const { explained } = fixtures
  const local = iso(at + 8 * 3_600_000)
    .replace('T', ' ')
    .slice(0, 19)
  const say = (said: Said, node = '') =>
    said[words].replaceAll('{at}', `${local} UTC+08:00`).replaceAll('node-0', node)
  const told =
    verdict === 'decided'
      ? runs.map((run) => say(explained.decided[run.state], run.node))
      : [say(explained[verdict as 'to_come'])]
  const nodes = listNodes(world, profile).rows
  const isOut = (node: NodeRow) => ['gone', 'draining', 'clock_suspect'].includes(node.state)
  const why = { gone: 1, draining: 2, clock_suspect: 3 } as Record<string, number>
  const candidates = nodes.filter((node) => !isOut(node)).map((node) => node.node)
  const orders = verdict === 'decided' || verdict === 'no_record' ? explained.orders_past : explained.orders
  const order = orders[Math.min(2, candidates.length)]![words].replace(
    'first-0',
    candidates[0] ?? '',
  ).replace('others-0', candidates.slice(1).join(words === 'zh' ? '、' : ', '))
  return {
    job_id: job.jobId,
    project: job.project,
    name: job.name,
    schedule_words: job.words[words],
    at: iso(at),
    verdict,
    told,
    order: verdict === 'no_instant' ? null : order,
    each: false,
    candidates,
    left_out: nodes
      .filter(isOut)
      .map((node) => ({ node: node.node, why: explained.left_out[why[node.state]!]![words] })),
    decisions: runs.map(decision),
    held_by: null,
    previous_at: previous === null || previous < now - 400 * DAY_MS ? null : iso(previous),
    next_at: next === null ? null : iso(next),
    as_of: iso(now),
  }
}
