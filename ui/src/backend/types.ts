// Made from core/src/view.rs and core/src/run.rs. Refresh with:
//   REFRESH=1 cargo test -p belfry-core --features ts --test typescript

/**
 * Where a run stands. The order of the ranks is `claimed < running < lost < every other end`.
 */
export type RunState = "claimed" | "running" | "succeeded" | "failed" | "timed_out" | "killed" | "lost" | "skipped" | "rejected";

/**
 * Why a run is in its state, in one word that programs can match.
 */
export type Reason = "misfire" | "overlap" | "deadline" | "paused" | "edited" | "clock" | "capacity" | "cancelled" | "expired" | "job_deleted" | "definition" | "exit_code" | "signal" | "could_not_start" | "host_reboot" | "agent_disk_full" | "out_of_memory" | "before_start" | "unreaped" | "crashed" | "crashed_at_start" | "owner_gone" | "no_evidence" | "no_record";

/**
 * What made a run happen.
 */
export type Trigger = "schedule" | "manual" | "try" | "retry" | "backfill";

/**
 * What the window shows around every screen.
 */
export type Hello = { 
/**
 * The program's version.
 */
version: string, 
/**
 * The profile's name; empty for "this computer".
 */
profile: string, 
/**
 * Whether the profile is this computer's own, without servers.
 */
embedded: boolean, 
/**
 * The computer's zone, for showing times.
 */
zone: string, 
/**
 * The agent that serves this computer, if the profile is embedded.
 */
agent: AgentState, 
/**
 * Where its data lies.
 */
data_dir: string, };

/**
 * Whether this computer's agent is there.
 */
export type AgentState = "running" | "starting" | "stopped";

/**
 * How the window looks, kept for the person at this computer.
 */
export type Preferences = { 
/**
 * The language of every word.
 */
language: Language, 
/**
 * Its colours.
 */
theme: Theme, 
/**
 * The height of rows.
 */
density: Density, 
/**
 * Whether the rail on the left shows glyphs only.
 */
rail_folded: boolean, 
/**
 * Lists of jobs that were named, in the order of the rail.
 */
views: Array<JobsView>, 
/**
 * Of which jobs' failures the desktop tells.
 */
notices: NoticeOf, 
/**
 * The name that this person has as owner of jobs; empty when nobody said.
 */
owner_name: string, };

/**
 * The language of every word.
 */
export type Language = "system" | "en" | "zh-CN";

/**
 * The colours.
 */
export type Theme = "system" | "light" | "dark" | "contrast";

/**
 * The height of rows.
 */
export type Density = "compact" | "comfortable";

/**
 * A list of jobs that somebody named.
 */
export type JobsView = { 
/**
 * Its name.
 */
name: string, 
/**
 * The filter.
 */
text: string, 
/**
 * What rows are gathered by.
 */
group: JobGroup, 
/**
 * The order.
 */
sort: JobSort, 
/**
 * Whether the order is turned round.
 */
descending: boolean, };

/**
 * Of which jobs' failures the desktop tells.
 */
export type NoticeOf = "nothing" | "mine" | "everything";

/**
 * What the settings say of this computer and this program.
 */
export type Computer = { 
/**
 * Where the data lies.
 */
data_dir: string, 
/**
 * Where the preferences lie.
 */
config_dir: string, 
/**
 * How the agent starts when the person logs in.
 */
at_login: AtLogin, 
/**
 * The file that makes it start so, or would.
 */
at_login_file: string, 
/**
 * Whether the desktop can show notices outside of the window.
 */
notices: boolean, 
/**
 * The program's version.
 */
version: string, 
/**
 * The edition of the time zones.
 */
zones: string, 
/**
 * The licences of what the program is made of.
 */
licences: Array<Licence>, };

/**
 * How the agent starts when the person logs in.
 */
export type AtLogin = "off" | "service" | "autostart" | "foreign";

/**
 * The licence of a part.
 */
export type Licence = { 
/**
 * The part.
 */
name: string, 
/**
 * Its licence, as SPDX names it.
 */
licence: string, };

/**
 * Which jobs a list shows, and which part of it.
 */
export type JobQuery = { 
/**
 * Words that must all occur in name, project, tags, owner, note or script, and terms
 * such as `tag:backup`.
 */
text: string, 
/**
 * Language of words: `en` or `zh-CN`.
 */
language: string, 
/**
 * The order of the rows, within each group.
 */
sort: JobSort, 
/**
 * Whether the order is turned round.
 */
descending: boolean, 
/**
 * What rows are gathered by.
 */
group: JobGroup, 
/**
 * First row.
 */
offset: number, 
/**
 * Rows at most.
 */
limit: number, };

/**
 * The order of a list of jobs.
 */
export type JobSort = "name" | "next" | "trouble" | "owner";

/**
 * What the rows of a list of jobs are gathered by.
 */
export type JobGroup = "none" | "project" | "tag" | "owner";

/**
 * A window into the list of jobs.
 */
export type JobPage = { 
/**
 * The rows.
 */
rows: Array<JobRow>, 
/**
 * How many rows there are in all: more than jobs when some stand under several heads.
 */
lines: number, 
/**
 * The heads of groups, in their order; none where nothing is gathered.
 */
heads: Array<GroupHead>, 
/**
 * How many jobs the query has in all.
 */
matched: number, 
/**
 * How many jobs there are.
 */
total: number, 
/**
 * How many of all jobs somebody has to look at.
 */
troubled: number, 
/**
 * What of the query cannot be understood; the rest of it holds.
 */
mistakes: Array<QueryMistake>, };

/**
 * The head of a group of rows.
 */
export type GroupHead = { 
/**
 * The project, tag or owner; empty for jobs without.
 */
name: string, 
/**
 * Its first row.
 */
at: number, 
/**
 * How many rows it has.
 */
count: number, };

/**
 * A part of a query that cannot be understood.
 */
export type QueryMistake = { 
/**
 * Where it begins, in characters.
 */
start: number, 
/**
 * Where it ends.
 */
end: number, 
/**
 * What is wrong, in the query's language.
 */
sentence: string, };

/**
 * What the palette found.
 */
export type Found = { 
/**
 * Jobs, best first.
 */
jobs: Array<FoundJob>, 
/**
 * Runs whose id begins so.
 */
runs: Array<FoundRun>, };

/**
 * A job that the palette found.
 */
export type FoundJob = { 
/**
 * Its id.
 */
job_id: string, 
/**
 * Its project.
 */
project: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Its schedule in words.
 */
schedule_words: string, };

/**
 * A run that the palette found.
 */
export type FoundRun = { 
/**
 * Its id.
 */
run_id: string, 
/**
 * `project/name` of its job.
 */
title: string, };

/**
 * A job in a list.
 */
export type JobRow = { 
/**
 * Its id.
 */
job_id: string, 
/**
 * Its project.
 */
project: string, 
/**
 * Its name.
 */
name: string, 
/**
 * Its generation, for changing it.
 */
generation: number, 
/**
 * Whether its schedule rests.
 */
paused: boolean, 
/**
 * The expression as people wrote it.
 */
schedule: string, 
/**
 * The expression in words.
 */
schedule_words: string, 
/**
 * Its zone.
 */
timezone: string, 
/**
 * The next occurrence; none when paused, manual or over.
 */
next_at: string | null, 
/**
 * Where it runs, in words.
 */
place_words: string, 
/**
 * Who answers for it.
 */
owner: string, 
/**
 * Its tags.
 */
tags: Array<string>, 
/**
 * Whether it is starred.
 */
starred: boolean, 
/**
 * Why the stored definition cannot be used, if so.
 */
broken: string | null, 
/**
 * The newest runs, oldest first, `STRIP_BARS` at most.
 */
strip: Array<StripBar>, 
/**
 * Mean wall time of those that ran.
 */
average_ms: number | null, 
/**
 * Runs that are claimed or running now.
 */
running: Array<string>, };

/**
 * One bar of a job's status strip.
 */
export type StripBar = { 
/**
 * The run.
 */
run_id: string, 
/**
 * Its scheduled instant.
 */
scheduled_at: string, 
/**
 * How it stands.
 */
state: RunState, 
/**
 * Why.
 */
reason: Reason | null, 
/**
 * Instants that it stands for.
 */
count: number, 
/**
 * Wall time.
 */
duration_ms: number | null, };

/**
 * A job by itself.
 */
export type JobDetail = { 
/**
 * Its row.
 */
row: JobRow, 
/**
 * The definition as a file, TOML.
 */
document: string, 
/**
 * What it runs, for people: the script or the argument vector.
 */
command: string, 
/**
 * Its note.
 */
note: string, 
/**
 * How it runs: pairs of a field's key and its value as written in a file, only those
 * that differ from the default.
 */
settings: Array<Setting>, 
/**
 * Next occurrences, ten.
 */
next: Array<NextLine>, };

/**
 * A field of a definition as written in a file.
 */
export type Setting = { 
/**
 * The key, for instance `retries.count`.
 */
key: string, 
/**
 * The value.
 */
value: string, };

/**
 * A future occurrence.
 */
export type NextLine = { 
/**
 * The instant.
 */
at: string, 
/**
 * Its time in the schedule's zone.
 */
local: string, 
/**
 * The offset there and then, for instance `+08:00`.
 */
offset: string, 
/**
 * What is special: `dst_gap`, `dst_fold`.
 */
note: string | null, };

/**
 * Which runs a list shows.
 */
export type RunsQuery = { 
/**
 * Of this job.
 */
job_id: string | null, 
/**
 * In these states, if any are named.
 */
states: Array<RunState>, 
/**
 * Go on after this key of the page before.
 */
after: string | null, 
/**
 * Rows at most.
 */
limit: number, };

/**
 * A page of runs, newest first.
 */
export type RunsPage = { 
/**
 * The rows.
 */
rows: Array<RunRow>, 
/**
 * Where to go on; none at the end.
 */
next: string | null, };

/**
 * An attempt of a run, or a range of instants.
 */
export type RunRow = { 
/**
 * The run.
 */
run_id: string, 
/**
 * The attempt, from 1.
 */
attempt: number, 
/**
 * The job.
 */
job_id: string, 
/**
 * The job's project.
 */
project: string, 
/**
 * The job's name.
 */
job: string, 
/**
 * `*`, a node, or a request.
 */
scope: string, 
/**
 * The scheduled instant; for a request when it was asked for.
 */
scheduled_at: string, 
/**
 * Last instant of a range.
 */
until: string | null, 
/**
 * Instants that it stands for.
 */
count: number, 
/**
 * When it was decided.
 */
decided_at: string, 
/**
 * When the program was executed.
 */
started_at: string | null, 
/**
 * When it ended.
 */
finished_at: string | null, 
/**
 * From start to end.
 */
duration_ms: number | null, 
/**
 * From the scheduled instant to the start.
 */
late_ms: number | null, 
/**
 * The node.
 */
node: string, 
/**
 * How it stands.
 */
state: RunState, 
/**
 * Why, in one word.
 */
reason: Reason | null, 
/**
 * Why, in a sentence.
 */
detail: string | null, 
/**
 * The program's exit code.
 */
exit_code: number | null, 
/**
 * The signal that ended it.
 */
signal: number | null, 
/**
 * Bytes written.
 */
output_bytes: number, 
/**
 * SHA-256 of all of them.
 */
output_sha256: string | null, 
/**
 * Largest resident set.
 */
peak_memory_bytes: number | null, 
/**
 * Time in user mode.
 */
user_ms: number | null, 
/**
 * Time in the kernel.
 */
system_ms: number | null, 
/**
 * What made it happen.
 */
trigger: Trigger, 
/**
 * The person behind it.
 */
by: string | null, 
/**
 * The generation of the definition.
 */
generation: number, };

/**
 * A run by itself.
 */
export type RunDetail = { 
/**
 * All attempts, ascending.
 */
attempts: Array<RunRow>, 
/**
 * A kill that was asked for and is not confirmed yet.
 */
kill: KillState | null, };

/**
 * Where a kill stands.
 */
export type KillState = { 
/**
 * Who asked.
 */
by: string, 
/**
 * When.
 */
asked_at: string, 
/**
 * Whether it was not confirmed in time.
 */
overdue: boolean, };

/**
 * A stretch of a log, as text that is safe to show.
 */
export type LogPage = { 
/**
 * Pieces, ascending by offset.
 */
pieces: Array<LogPiece>, 
/**
 * Where to read on.
 */
next_offset: number, 
/**
 * Bytes written so far.
 */
total: number, 
/**
 * Whether no more will come.
 */
complete: boolean, };

/**
 * Lines that arrived together, or a gap.
 */
export type LogPiece = { 
/**
 * Where it stood among all bytes.
 */
offset: number, 
/**
 * When it arrived.
 */
at: string | null, 
/**
 * The text: invalid UTF-8 replaced; escape sequences of colours kept, others removed.
 */
text: string, 
/**
 * Bytes that were dropped before it.
 */
dropped_before: number, };

/**
 * What changed since the last one: at most four a second.
 */
export type Live = { 
/**
 * Grows by one; a jump means that something was missed and all is to be read again.
 */
sequence: number, 
/**
 * Whether definitions changed.
 */
jobs_changed: boolean, 
/**
 * Runs that are new or changed, newest last.
 */
runs: Array<RunRow>, 
/**
 * The agent's state, once it is known.
 */
agent: AgentState | null, 
/**
 * Why the stores cannot be reached at present.
 */
trouble: string | null, 
/**
 * When the newest of it was stored.
 */
at: string, };

/**
 * Which jobs are meant.
 */
export type BulkTarget = { "jobs": Array<string> } | { "query": { 
/**
 * The filter.
 */
text: string, 
/**
 * Ids that are left out.
 */
except: Array<string>, } };

/**
 * What is done to each job.
 */
export type BulkAction = "pause" | "resume" | "run" | "delete" | { "tag": { 
/**
 * Tags that it has afterwards.
 */
add: Array<string>, 
/**
 * Tags that it has no more.
 */
remove: Array<string>, } } | { "star": boolean };

/**
 * What is asked for.
 */
export type BulkAsk = { "do": { 
/**
 * What.
 */
action: BulkAction, 
/**
 * To which.
 */
target: BulkTarget, } } | { "undo": Array<BulkChanged> };

/**
 * How far it is, or how it ended.
 */
export type BulkProgress = { 
/**
 * The name that the asker gave it.
 */
id: string, 
/**
 * Jobs that are meant.
 */
total: number, 
/**
 * Jobs that were changed or asked to run.
 */
changed: Array<BulkChanged>, 
/**
 * How many they are: while it goes on they are only counted.
 */
done: number, 
/**
 * Jobs that were so already.
 */
unchanged: number, 
/**
 * Jobs to which it could not be done, `BULK_FAILURES_MAX` at most.
 */
failed: Array<BulkFailure>, 
/**
 * How many they are.
 */
failures: number, 
/**
 * Jobs that were left alone because somebody stopped it.
 */
left: number, 
/**
 * Whether it has ended.
 */
over: boolean, };

/**
 * A job that was changed.
 */
export type BulkChanged = { 
/**
 * The job.
 */
job_id: string, 
/**
 * `project/name`.
 */
title: string, 
/**
 * Its generation before.
 */
before: number, 
/**
 * Its generation afterwards.
 */
after: number, };

/**
 * A job to which something could not be done.
 */
export type BulkFailure = { 
/**
 * The job.
 */
job_id: string, 
/**
 * `project/name`, as far as it is known.
 */
title: string, 
/**
 * Why not.
 */
error: CommandError, };

/**
 * Jobs written into a file.
 */
export type Exported = { 
/**
 * The file.
 */
path: string, 
/**
 * How many jobs it has.
 */
count: number, 
/**
 * `project/name` of jobs that this version cannot write.
 */
left_out: Array<string>, };

/**
 * What went wrong, for a person: the UI translates by code, `detail` says it in English.
 */
export type CommandError = { 
/**
 * A code that the UI acts on.
 */
code: ErrorCode, 
/**
 * What the sentence is filled with.
 */
params: { [key in string]: string }, 
/**
 * The whole error as a sentence.
 */
detail: string, };

/**
 * The kinds of trouble that the UI tells apart.
 */
export type ErrorCode = "not_found" | "conflict" | "invalid" | "unreachable" | "no_agent" | "internal";
