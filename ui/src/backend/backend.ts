import { inject, type InjectionKey } from 'vue'
import type {
  CommandError,
  DeletedJob,
  Hello,
  JobDetail,
  JobPage,
  JobQuery,
  JobVersions,
  Language,
  Live,
  LogPage,
  Preferences,
  QueryCompletions,
  RunDefinition,
  RunDetail,
  RunsFacets,
  RunsFound,
  RunsPage,
  RunsQuery,
  RunsSearch,
  VersionDiff,
} from './types'

/**
 * Everything that the window may ask of the program behind it.
 *
 * Each method is one command; it rejects with a `BackendError` and nothing else. Whatever
 * changes, also through these methods, is told through `onLive`: no caller guesses an effect.
 */
export interface Backend {
  hello(): Promise<Hello>
  jobsList(args: { query: JobQuery }): Promise<JobPage>
  jobShow(args: { jobId: string; language: string }): Promise<JobDetail>
  /** Rejects with `conflict` when the job's generation has moved on. */
  jobPause(args: { jobId: string; generation: number; paused: boolean }): Promise<void>
  /** Gives the run's id; the run itself appears when an agent takes the request. */
  jobRun(args: { jobId: string }): Promise<string>
  /** Gives how many examples were added. */
  jobsAddExamples(): Promise<number>
  runsList(args: { query: RunsQuery }): Promise<RunsPage>
  runShow(args: { runId: string }): Promise<RunDetail>
  /** Asks for it; the run's state says when it has happened. */
  runKill(args: { runId: string }): Promise<void>
  /** At most 256 KiB a call; go on at `next_offset`. */
  runLog(args: { runId: string; attempt: number; offset: number }): Promise<LogPage>
  /** A query with mistakes has no rows. */
  runsSearch(args: { search: RunsSearch }): Promise<RunsFound>
  /** Of the newest runs that the query finds; `after` and `limit` are left aside. */
  runsFacets(args: { search: RunsSearch }): Promise<RunsFacets>
  /** The cursor counts UTF-16 units, as texts of the window do. */
  queryComplete(args: { text: string; cursor: number; language: string }): Promise<QueryCompletions>
  runDefinition(args: { runId: string; attempt: number }): Promise<RunDefinition>
  /** Asks the person where to; gives the file's path, or null when they changed their mind. */
  logSave(args: { runId: string; attempt: number }): Promise<string | null>
  /** Tells the agent that somebody watches. The wish ends by itself after 30 s. */
  logFollow(args: { runId: string; on: boolean }): Promise<void>
  jobVersions(args: { jobId: string }): Promise<JobVersions>
  /** In either order. */
  versionDiff(args: { jobId: string; one: number; other: number }): Promise<VersionDiff>
  /** Also of a deleted job. Gives the generation that is in force then. */
  jobRestore(args: { jobId: string; generation: number }): Promise<number>
  /** Those that can be brought back, latest first. */
  jobsDeleted(): Promise<DeletedJob[]>
  agentStart(): Promise<void>
  agentStop(): Promise<void>
  preferencesGet(): Promise<Preferences>
  preferencesSet(args: { preferences: Preferences }): Promise<void>
  /** Resolves once listening; the function ends it. */
  onLive(listener: (live: Live) => void): Promise<() => void>
}

/** The language of words that core makes: never `system`. */
export type WordLanguage = Exclude<Language, 'system'>

/** What a command was refused with. */
export class BackendError extends Error {
  readonly error: CommandError

  constructor(error: CommandError) {
    super(error.detail)
    this.error = error
  }
}

/** Reads whatever was thrown as an error that the window can show. */
export function commandError(thrown: unknown): CommandError {
  if (thrown instanceof BackendError) return thrown.error
  if (typeof thrown === 'object' && thrown !== null && 'code' in thrown && 'detail' in thrown) {
    return thrown as CommandError
  }
  return {
    code: 'internal',
    params: {},
    detail: thrown instanceof Error ? String(thrown) : JSON.stringify(thrown),
  }
}

export const backendKey: InjectionKey<Backend> = Symbol('backend')

/** The backend of this window; only within `setup`. */
export function useBackend(): Backend {
  const backend = inject(backendKey)
  if (!backend) throw new Error('the app provides its backend')
  return backend
}
