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
 * Light or dark.
 */
theme: Theme, 
/**
 * The height of rows.
 */
density: Density, 
/**
 * Whether the rail on the left shows glyphs only.
 */
rail_folded: boolean, };

/**
 * The language of every word.
 */
export type Language = "system" | "en" | "zh-CN";

/**
 * Light or dark.
 */
export type Theme = "system" | "light" | "dark";

/**
 * The height of rows.
 */
export type Density = "compact" | "comfortable";

/**
 * Which jobs a list shows, and which part of it.
 */
export type JobQuery = { 
/**
 * Words that must all occur in name, project, tags, owner, note or script.
 */
text: string, 
/**
 * Language of words: `en` or `zh-CN`.
 */
language: string, 
/**
 * The order of the rows.
 */
sort: JobSort, 
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
export type JobSort = "name" | "next" | "trouble";

/**
 * A window into the list of jobs.
 */
export type JobPage = { 
/**
 * The rows.
 */
rows: Array<JobRow>, 
/**
 * How many jobs the query has in all.
 */
matched: number, 
/**
 * How many jobs there are.
 */
total: number, };

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
 * Which runs a list shows, as somebody wrote it.
 */
export type RunsSearch = { 
/**
 * The query.
 */
text: string, 
/**
 * Language of words: `en` or `zh-CN`.
 */
language: string, 
/**
 * Go on after this key of the page before.
 */
after: string | null, 
/**
 * Rows at most.
 */
limit: number, };

/**
 * What a search came to.
 */
export type RunsFound = { 
/**
 * The rows, newest first.
 */
rows: Array<RunRow>, 
/**
 * Where to go on; none at the end.
 */
next: string | null, 
/**
 * What of the query cannot be read; there are no rows then.
 */
mistakes: Array<QueryMistake>, 
/**
 * Names in the query that no job has.
 */
unknown: Array<string>, 
/**
 * Where the list begins, if it does.
 */
since: string | null, 
/**
 * Whether the beginning is the usual one, the last 24 hours.
 */
is_usual_span: boolean, };

/**
 * Something in a query that cannot be read.
 */
export type QueryMistake = { 
/**
 * Where it begins, in UTF-16 units.
 */
from: number, 
/**
 * Where it ends.
 */
to: number, 
/**
 * What is wrong and what to write.
 */
sentence: string, 
/**
 * What may stand there instead.
 */
suggestion: string | null, };

/**
 * How the newest runs of a list divide.
 */
export type RunsFacets = { 
/**
 * How many runs were counted.
 */
counted: number, 
/**
 * Whether these are all.
 */
is_all: boolean, 
/**
 * By state.
 */
states: Array<RunsFacet>, 
/**
 * By job, most first; few of them.
 */
jobs: Array<RunsFacet>, 
/**
 * By node, most first; few of them.
 */
nodes: Array<RunsFacet>, 
/**
 * By what made them happen.
 */
triggers: Array<RunsFacet>, };

/**
 * One value and its runs.
 */
export type RunsFacet = { 
/**
 * The value as a query says it.
 */
value: string, 
/**
 * How many runs have it.
 */
count: number, 
/**
 * Whether the query asks for it.
 */
chosen: boolean, 
/**
 * The query once it was clicked.
 */
text: string, };

/**
 * What may stand where somebody is writing.
 */
export type QueryCompletions = { 
/**
 * Where what is replaced begins, in UTF-16 units.
 */
from: number, 
/**
 * Where it ends.
 */
to: number, 
/**
 * The choices, best first.
 */
items: Array<QueryCompletion>, };

/**
 * One choice.
 */
export type QueryCompletion = { 
/**
 * What is put in.
 */
insert: string, 
/**
 * What it means, in a few words.
 */
hint: string, };

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
 * The definition that a run ran with.
 */
export type RunDefinition = { 
/**
 * The version; none for a trial, whose definition was not saved.
 */
version: JobVersion | null, 
/**
 * The job's version now; none when it is deleted.
 */
current: number | null, 
/**
 * What it ran, for people.
 */
command: string, 
/**
 * The definition as a file, TOML; empty when it is not kept or cannot be used.
 */
document: string, 
/**
 * What changed from it to the version now.
 */
changes: Array<FieldChange>, };

/**
 * All that is kept of a job's past, newest first.
 */
export type JobVersions = { 
/**
 * `project/name` of the newest.
 */
title: string, 
/**
 * The version that is in force; none when the job is deleted.
 */
current: number | null, 
/**
 * The versions.
 */
versions: Array<JobVersion>, };

/**
 * One version of a job.
 */
export type JobVersion = { 
/**
 * Its number, from 1.
 */
generation: number, 
/**
 * When it was made.
 */
at: string, 
/**
 * Who made it.
 */
by: string, 
/**
 * `create`, `edit`, `pause`, `resume`, `delete` or `restore`.
 */
action: string, 
/**
 * What changed from the version before it.
 */
changes: Array<FieldChange>, 
/**
 * Whether it can be brought back: it is not the one in force, and is a definition.
 */
restorable: boolean, };

/**
 * One field that changed.
 */
export type FieldChange = { 
/**
 * The field as a file names it.
 */
path: string, 
/**
 * What it was, as a text; none when it was not there.
 */
before: string | null, 
/**
 * What it is; none when it is not there any more.
 */
after: string | null, 
/**
 * For texts of several lines those that differ, with `-` or `+` before them.
 */
lines: Array<string>, };

/**
 * How two versions differ.
 */
export type VersionDiff = { 
/**
 * The earlier one.
 */
from: number, 
/**
 * The later one.
 */
to: number, 
/**
 * What changed, in the order of the file.
 */
changes: Array<FieldChange>, 
/**
 * Why they cannot be compared field by field, if so.
 */
unreadable: string | null, };

/**
 * A job that is deleted and can be brought back.
 */
export type DeletedJob = { 
/**
 * Its id.
 */
job_id: string, 
/**
 * `project/name`.
 */
title: string, 
/**
 * When it was deleted.
 */
at: string, 
/**
 * By whom.
 */
by: string, 
/**
 * Its last version before that.
 */
generation: number, };

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
