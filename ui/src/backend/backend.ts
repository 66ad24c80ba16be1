import { inject, type InjectionKey } from 'vue'
import type {
  BuildAsk,
  BuiltSchedule,
  BulkAsk,
  BulkProgress,
  BulkTarget,
  CommandError,
  Computer,
  ConnectionForm,
  ConnectionImport,
  ConnectionList,
  ConnectionSaved,
  ConnectionTested,
  CrontabImport,
  CrontabTable,
  DeletedJob,
  DraftAsk,
  DraftCheck,
  DroppedFile,
  EditorAsk,
  EditorLists,
  EditorStart,
  ExplainAsk,
  Explained,
  Exported,
  FileTable,
  Found,
  Hello,
  JobDetail,
  JobPage,
  JobQuery,
  InviteForm,
  JobVersions,
  LadderNews,
  JobsText,
  Language,
  Live,
  LogPage,
  NodeAsk,
  NodeAsked,
  NodeDetail,
  NodeForm,
  NodeFormAnswer,
  NodeGiven,
  NodeList,
  OpenedFile,
  Overview,
  Preferences,
  QueryCompletions,
  RunDefinition,
  RunDetail,
  RunsFacets,
  RunsFound,
  RunsPage,
  RunsQuery,
  RunsSearch,
  SaveAnswer,
  SaveAsk,
  Timeline,
  TimelineAsk,
  TimelineStarts,
  TryAnswer,
  TryAsk,
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
  editorOpen(args: { ask: EditorAsk }): Promise<EditorStart>
  editorLists(): Promise<EditorLists>
  /** Looks a form through; quick enough for every pause in typing. */
  draftCheck(args: { ask: DraftAsk }): Promise<DraftCheck>
  scheduleBuild(args: { ask: BuildAsk }): Promise<BuiltSchedule>
  /** A conflict is an answer and no rejection: both versions are in it. */
  draftSave(args: { ask: SaveAsk }): Promise<SaveAnswer>
  /** Asks for one run of a form; nothing is saved. */
  draftTry(args: { ask: TryAsk }): Promise<TryAnswer>
  /** Jobs by a few letters of their names, runs by the start of their ids; best first. */
  jobsFind(args: { text: string; language: string }): Promise<Found>
  /**
   * Changes many jobs, each by itself; resolves with the end. How far it is comes through `onBulk`
   * under the given id. Rejects when nothing at all is done.
   */
  jobsBulk(args: { id: string; ask: BulkAsk }): Promise<BulkProgress>
  /** Jobs that are not begun are left alone. */
  jobsBulkStop(args: { id: string }): Promise<void>
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
  /** Asks for a file; null when none was chosen. */
  fileOpen(): Promise<OpenedFile | null>
  /** What applying would do; mistakes are part of the answer. */
  fileLook(args: { text: string; prune: boolean }): Promise<FileTable>
  /** Whole or not at all. */
  fileApply(args: { text: string; prune: boolean }): Promise<FileTable>
  /** Lines of this computer's own crontab that are for cron; null without one. */
  crontabLines(): Promise<number | null>
  crontabLook(args: { import: CrontabImport }): Promise<CrontabTable>
  /** Whole or not at all; lines that cannot be imported are not part of it. */
  crontabImport(args: { import: CrontabImport }): Promise<CrontabTable>
  /** Jobs as the text of a file of definitions. */
  jobsText(args: { target: BulkTarget }): Promise<JobsText>
  /** The same, written to where the person chooses; null when they chose no place. */
  jobsSave(args: { target: BulkTarget }): Promise<Exported | null>
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
  computerShow(): Promise<Computer>
  /** Lets the agent start when the person logs in, or no more. */
  agentAtLogin(args: { on: boolean }): Promise<void>
  /** The address that somebody wants to see: given once, null when there is none. */
  linkTake(): Promise<string | null>
  connectionsList(): Promise<ConnectionList>
  /** Lets the window show another connection; everything is to be read again. */
  connectionShow(args: { name: string }): Promise<void>
  /** A new form for an empty name. */
  connectionForm(args: { name: string }): Promise<ConnectionForm>
  /** `before` is the name so far, empty for a new one. Mistakes are an answer and no rejection. */
  connectionSave(args: { form: ConnectionForm; before: string }): Promise<ConnectionSaved>
  connectionDelete(args: { name: string }): Promise<void>
  /** The rungs come through `onLadder` under the given id as soon as they are known. */
  connectionTest(args: { id: string; form: ConnectionForm; before: string }): Promise<ConnectionTested>
  /** Opens the file of secrets, or makes it. */
  secretsUnlock(args: { passphrase: string }): Promise<void>
  /** Asks the person where to; gives the file's path, or null when they changed their mind. */
  connectionsExport(): Promise<string | null>
  connectionsImport(): Promise<ConnectionImport | null>
  nodesList(): Promise<NodeList>
  nodeShow(args: { node: string; language: string }): Promise<NodeDetail>
  timelineShow(args: { ask: TimelineAsk }): Promise<Timeline>
  /** Between two instants to come. */
  timelineStarts(args: { since: string; until: string }): Promise<TimelineStarts>
  /** Sums over a day and a week: made to be asked every few seconds. */
  overviewShow(): Promise<Overview>
  /** Resolves with the node's own answer, or with that none came. */
  nodeAsk(args: { node: string; ask: NodeAsk }): Promise<NodeAsked>
  /** Only of a node that is gone. */
  nodeRemove(args: { node: string }): Promise<NodeGiven>
  /** What is noted about a node. */
  nodeForm(args: { node: string }): Promise<NodeForm>
  /** Mistakes are an answer; rejects with `conflict` when somebody noted something else meanwhile. */
  nodeNote(args: { node: string; form: NodeForm }): Promise<NodeFormAnswer>
  /** The line that lets a server join: a secret. Mistakes are an answer. */
  nodeInvite(args: { form: InviteForm }): Promise<NodeFormAnswer>
  /** Lets a job go on that a lost run holds up; whoever asks knows that its program has ended. */
  runRelease(args: { runId: string }): Promise<string>
  /** Why a job ran at an instant, or did not; for one to come, who would run it. */
  explainShow(args: { ask: ExplainAsk }): Promise<Explained>
  /** Resolves once listening; the function ends it. */
  onLive(listener: (live: Live) => void): Promise<() => void>
  /** A file was dropped on the window. */
  onFile(listener: (dropped: DroppedFile) => void): Promise<() => void>
  /** Somebody wants to see an address: it is to be taken. */
  onLink(listener: () => void): Promise<() => void>
  /** How far bulk changes are, about ten times a second; their end is told by `jobsBulk`. */
  onBulk(listener: (progress: BulkProgress) => void): Promise<() => void>
  /** How far tests of connections are. */
  onLadder(listener: (news: LadderNews) => void): Promise<() => void>
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
