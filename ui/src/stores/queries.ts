import type { InfiniteData, QueryClient } from '@tanstack/vue-query'
import type { CrontabImport, ExplainAsk, JobQuery, RunRow, RunState, RunsPage } from '../backend/types'
import type { Effects } from './live'

/** The keys of everything that is read and kept. */
export const keys = {
  hello: ['hello'] as const,
  jobs: ['jobs'] as const,
  jobPage: (query: JobQuery) => ['jobs', 'page', query] as const,
  job: (jobId: string, language: string) => ['jobs', 'one', jobId, language] as const,
  found: (text: string, language: string) => ['jobs', 'found', text, language] as const,
  computer: ['computer'] as const,
  connections: ['connections'] as const,
  nodes: ['nodes'] as const,
  node: (node: string, language: string) => ['node', node, language] as const,
  runs: ['runs'] as const,
  runsOf: (jobId: string | null, states: readonly RunState[]) =>
    ['runs', 'list', { jobId, states: [...states].sort() }] as const,
  run: (runId: string) => ['run', runId] as const,
  crontabLines: ['crontab', 'lines'] as const,
  crontab: (ask: CrontabImport) => ['crontab', 'table', ask] as const,
  file: (text: string, prune: boolean) => ['file', text, prune] as const,
  definition: (runId: string, attempt: number) => ['run', runId, 'definition', attempt] as const,
  versions: (jobId: string) => ['jobs', 'versions', jobId] as const,
  diff: (jobId: string, one: number, other: number) => ['jobs', 'diff', jobId, one, other] as const,
  deleted: ['jobs', 'deleted'] as const,
  explain: (ask: ExplainAsk) => ['explain', ask] as const,
}

/** Which runs a list shows. */
export interface RunsFilter {
  jobId: string | null
  states: readonly RunState[]
}

const same = (a: RunRow, b: RunRow) => a.run_id === b.run_id && a.attempt === b.attempt
const belongs = (run: RunRow, filter: RunsFilter) =>
  (filter.jobId === null || run.job_id === filter.jobId) &&
  (!filter.states.length || filter.states.includes(run.state))

/** Newest first, as the pages are. */
function before(a: RunRow, b: RunRow): boolean {
  return a.scheduled_at > b.scheduled_at || (a.scheduled_at === b.scheduled_at && a.attempt > b.attempt)
}

/**
 * Puts changed runs into pages that are already there.
 *
 * A known row is replaced, or taken out when the filter excludes it now. A new row is put in its place among the
 * rows read so far; one that belongs behind the last of them comes with its own page.
 */
export function applyRuns(pages: RunsPage[], changed: readonly RunRow[], filter: RunsFilter): RunsPage[] {
  return changed.reduce((result, run) => applyRun(result, run, filter), pages)
}

function applyRun(pages: RunsPage[], run: RunRow, filter: RunsFilter): RunsPage[] {
  const kept = pages.map((page) => ({ ...page, rows: page.rows.filter((row) => !same(row, run)) }))
  if (!belongs(run, filter)) return kept
  const home = kept.find((page, index) =>
    index === kept.length - 1
      ? page.next === null || page.rows.some((row) => before(run, row))
      : page.rows.some((row) => before(run, row)),
  )
  if (!home) return kept
  const place = home.rows.findIndex((row) => before(run, row))
  home.rows.splice(place < 0 ? home.rows.length : place, 0, run)
  return kept
}

/** Brings what was read up to date with an event. */
export function refresh(client: QueryClient, effects: Effects): void {
  if (effects.everything) {
    void client.invalidateQueries()
    return
  }
  // Nodes say something every few seconds; only a screen that shows them asks.
  void client.invalidateQueries({ queryKey: keys.nodes, refetchType: 'active' })
  if (effects.runs.length || effects.hello) void client.invalidateQueries({ queryKey: ['node'] })
  if (effects.hello) void client.invalidateQueries({ queryKey: keys.hello })
  if (effects.jobs) {
    void client.invalidateQueries({ queryKey: keys.jobs })
    void client.invalidateQueries({ queryKey: ['explain'] })
  }
  for (const runId of new Set(effects.runs.map((run) => run.run_id))) {
    void client.invalidateQueries({ queryKey: keys.run(runId) })
  }
  if (!effects.runs.length) return
  for (const query of client.getQueryCache().findAll({ queryKey: ['runs', 'list'] })) {
    const filter = query.queryKey[2] as RunsFilter
    client.setQueryData<InfiniteData<RunsPage, string | null>>(query.queryKey, (data) =>
      data ? { ...data, pages: applyRuns(data.pages, effects.runs, filter) } : data,
    )
  }
}
