// Made from core/src/view.rs and core/src/run.rs. Refresh with:
//   REFRESH=1 cargo test -p belfry-core --features ts --test typescript

/**
 * Where a run stands. The order of the ranks is `claimed < running < lost < every other end`.
 */
export type RunState = "claimed" | "running" | "succeeded" | "failed" | "timed_out" | "killed" | "lost" | "skipped" | "rejected";

/**
 * Why a run is in its state, in one word that programs can match.
 */
export type Reason = "misfire" | "overlap" | "deadline" | "paused" | "excluded_day" | "edited" | "clock" | "capacity" | "cancelled" | "expired" | "job_deleted" | "definition" | "parameters" | "run_as" | "decrypt" | "policy" | "http_connect" | "http_tls" | "http_status" | "http_content" | "http_redirect" | "http_response" | "agent_restarted" | "exit_code" | "signal" | "could_not_start" | "host_reboot" | "agent_disk_full" | "out_of_memory" | "before_start" | "replaced" | "unreaped" | "crashed" | "crashed_at_start" | "owner_gone" | "no_evidence" | "no_record";

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
data_dir: string, 
/**
 * How careful one has to be.
 */
environment: Environment, 
/**
 * Nothing may be changed through it.
 */
read_only: boolean, 
/**
 * Why the profile cannot be reached at present; nothing is known of its agents then.
 */
away: string | null, };

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
 * The same field by field, as far as it is about fields; the UI translates these.
 */
broken_at: Array<FieldError>, 
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
mistakes: Array<RunsMistake>, 
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
export type RunsMistake = { 
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
changes: Array<ChangedField>, };

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
changes: Array<ChangedField>, 
/**
 * Whether it can be brought back: it is not the one in force, and is a definition.
 */
restorable: boolean, };

/**
 * One field that changed.
 */
export type ChangedField = { 
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
changes: Array<ChangedField>, 
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
 * How much a remark matters.
 */
export type Level = "note" | "warning" | "problem";

/**
 * What a remark says. User interfaces translate by it; the parameters stand in braces.
 */
export type RemarkCode = "surroundings" | "overlap" | "user_column" | "windows_lines" | "byte_order_mark" | "utf16" | "file_too_large" | "too_many_lines" | "not_utf8" | "nul" | "line_too_long" | "unreadable" | "field_empty" | "field_value" | "field_range" | "field_backwards" | "field_step" | "field_single_step" | "field_random" | "field_foreign" | "six_fields" | "no_command" | "never_occurs" | "reboot" | "unknown_shortcut" | "anacron" | "no_user" | "other_user" | "setting_unusable" | "setting_name" | "setting_reserved" | "setting_quote" | "shell_unusable" | "zone_unknown" | "name_empty" | "name_too_long" | "name_character" | "name_taken" | "name_twice" | "invalid" | "user_dropped" | "silent" | "input" | "step_shortened" | "gap_once" | "no_line_end" | "too_long_for_cron" | "variable" | "expansion" | "shell" | "shell_relative" | "home" | "zone" | "program_zone" | "delay" | "delay_unreadable" | "mail" | "mail_off" | "cron_only" | "login" | "commented_out" | "names";

/**
 * A file that a person opened.
 */
export type OpenedFile = { 
/**
 * Its name, without folders.
 */
name: string, 
/**
 * What it holds, as far as its look tells.
 */
kind: FileKind, 
/**
 * Its text; what is no UTF-8 stands as marks.
 */
text: string, };

/**
 * A file that was dropped on the window, or why it cannot be opened.
 */
export type DroppedFile = { 
/**
 * The file.
 */
file: OpenedFile | null, 
/**
 * Why not.
 */
error: CommandError | null, };

/**
 * What a file holds.
 */
export type FileKind = "definitions" | "crontab";

/**
 * Which crontab to import, and what the person decided about it.
 */
export type CrontabImport = { 
/**
 * The text; without it this computer's own.
 */
text: string | null, 
/**
 * Where the jobs go.
 */
project: string, 
/**
 * Whether the lines name a user; without it the text is looked at.
 */
user_column: boolean | null, 
/**
 * Lines that are left out.
 */
left_out: Array<number>, 
/**
 * Names in place of those that would be made.
 */
names: Array<LineName>, 
/**
 * Language of words: `en` or `zh-CN`.
 */
language: string, };

/**
 * The name that a line's job is to have.
 */
export type LineName = { 
/**
 * The line.
 */
line: number, 
/**
 * The name.
 */
name: string, };

/**
 * What becomes of a crontab.
 */
export type CrontabTable = { 
/**
 * What is to be said of it as a whole.
 */
remarks: Array<CrontabRemark>, 
/**
 * Its lines, without blank ones.
 */
lines: Array<CrontabLine>, 
/**
 * Whether its lines name a user.
 */
user_column: boolean, 
/**
 * Where the jobs go.
 */
project: string, 
/**
 * What would be done, or was done.
 */
counts: ImportCounts, };

/**
 * How many jobs an import makes and changes.
 */
export type ImportCounts = { 
/**
 * New ones.
 */
created: number, 
/**
 * Others that become different.
 */
changed: number, 
/**
 * Those that are so already.
 */
unchanged: number, 
/**
 * Lines that a person leaves out.
 */
left_out: number, 
/**
 * Lines that cannot be imported.
 */
refused: number, };

/**
 * A line of a crontab.
 */
export type CrontabLine = { 
/**
 * From 1.
 */
number: number, 
/**
 * As it stands there.
 */
text: string, 
/**
 * What becomes of it.
 */
becomes: LineBecomes, 
/**
 * Its job, if it becomes one.
 */
job: CrontabJob | null, 
/**
 * What is to be said of it.
 */
remarks: Array<CrontabRemark>, };

/**
 * What becomes of a line.
 */
export type LineBecomes = "comment" | "setting" | "job" | "nothing";

/**
 * The job that a line becomes.
 */
export type CrontabJob = { 
/**
 * Its name.
 */
name: string, 
/**
 * Whether the name may be chosen: the job does not exist yet.
 */
is_new: boolean, 
/**
 * The expression.
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
 * What the shell reads.
 */
command: string, 
/**
 * What would be done, or was done.
 */
effect: ImportEffect, 
/**
 * What is different then, if the job exists.
 */
changes: Array<FieldChange>, };

/**
 * What an import does to a job.
 */
export type ImportEffect = "create" | "change" | "same" | "left_out" | "refused";

/**
 * Something said about a line, or about the file.
 */
export type CrontabRemark = { 
/**
 * What it says; the UI translates by it.
 */
code: RemarkCode, 
/**
 * How much it matters.
 */
level: Level, 
/**
 * Where on the line it points, in characters from 1.
 */
column: number | null, 
/**
 * What the sentence is filled with.
 */
params: { [key in string]: string }, 
/**
 * The English sentence.
 */
sentence: string, };

/**
 * A field of a job that becomes another.
 */
export type FieldChange = { 
/**
 * The field: `schedule`, `shell.script`.
 */
path: string, 
/**
 * What it is now.
 */
from: string | null, 
/**
 * What it becomes.
 */
to: string | null, 
/**
 * The lines that differ, with `-` or `+` before them, for texts of several lines.
 */
detail: Array<string>, };

/**
 * What applying a file of definitions would do, or why it cannot be applied.
 */
export type FileTable = { 
/**
 * Its jobs that are new or change, and those that would rest.
 */
jobs: Array<FileJobLine>, 
/**
 * How many are so already.
 */
unchanged: number, 
/**
 * Everything that is wrong with it; then nothing can be applied.
 */
errors: Array<FileErrorLine>, 
/**
 * How many more errors there are.
 */
more_errors: number, };

/**
 * What a file does to a job.
 */
export type FileJobLine = { 
/**
 * `project/name`.
 */
job: string, 
/**
 * What it does.
 */
effect: FileEffect, 
/**
 * What is different then, if the job exists.
 */
changes: Array<FieldChange>, };

/**
 * What a file does to a job.
 */
export type FileEffect = "create" | "change" | "pause";

/**
 * Something wrong with a file.
 */
export type FileErrorLine = { 
/**
 * The line, from 1.
 */
line: number, 
/**
 * The definition it is in.
 */
item: string | null, 
/**
 * The key: `retries.count`; empty for the definition or the file as a whole.
 */
path: string, 
/**
 * A stable name for it.
 */
code: string, 
/**
 * What the translated sentence is filled with.
 */
params: { [key in string]: string }, 
/**
 * The English sentence.
 */
sentence: string, };

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
 * Jobs as a text that `apply` reads.
 */
export type JobsText = { 
/**
 * The definitions, TOML.
 */
text: string, 
/**
 * How many jobs it has.
 */
count: number, 
/**
 * `project/name` of jobs that this version cannot write.
 */
left_out: Array<string>, };

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
export type ErrorCode = "not_found" | "conflict" | "invalid" | "unreachable" | "no_agent" | "not_permitted" | "locked" | "internal";

/**
 * One field that is refused: what is wrong, why, and what to do.
 *
 * `Display` is the English sentence; user interfaces translate by `code` and `params`.
 */
export type FieldError = { 
/**
 * Where: `retries.count`, `env.PATH`, `tags[2]`; empty for the definition as a whole.
 */
path: string, 
/**
 * A stable name for this error.
 */
code: string, 
/**
 * What the translated sentence is filled with; the path is always there as `field`.
 */
params: { [key in string]: string }, 
/**
 * The English sentence, with the field's name in it.
 */
sentence: string, };

/**
 * What happens when an occurrence is due and the run before is still going.
 */
export type Overlap = "skip" | "queue_one" | "allow" | "replace";

/**
 * What happens to occurrences that are later than the start deadline.
 */
export type Misfire = "skip" | "run_latest" | "run_all";

/**
 * Which candidate takes an occurrence.
 */
export type Balance = "sticky" | "rotate" | "least_loaded" | "ordered";

/**
 * What a fixed-time job does where the clock jumps.
 *
 * A job is fixed-time when neither its minute nor its hour field begins with `*`. All others
 * follow real elapsed time under every policy: nothing in a gap, both passes of a fold.
 */
export type DstPolicy = "vixie" | "skip" | "run_both";

/**
 * What kind of schedule a form asks for.
 */
export type PlanKind = "minutes" | "hours" | "daily" | "weekly" | "monthly" | "once" | "manual" | "custom";

/**
 * A schedule as a form asks for it; each kind uses the fields that it names, the others are kept.
 */
export type SchedulePlan = { 
/**
 * Which fields count.
 */
kind: PlanKind, 
/**
 * Minutes: how many lie between two runs.
 */
minutes: string, 
/**
 * Hours: how many lie between two runs.
 */
hours: string, 
/**
 * Hours: the minute past the hour.
 */
minute: string, 
/**
 * Daily, weekly, monthly: the time of day, `03:00`.
 */
at: string, 
/**
 * Weekly: 1 for Monday to 7 for Sunday.
 */
days: Array<number>, 
/**
 * Monthly: 1 to 31, or `L` for the last.
 */
day: string, 
/**
 * Once: date and time on the zone's clock, `2026-12-01T02:30`.
 */
date: string, };

/**
 * A job as a form holds it: texts as they were typed, right or wrong. An empty text is an
 * absent field.
 */
export type JobForm = { 
/**
 * The line of business; fixed once the job exists.
 */
project: string, 
/**
 * The name.
 */
name: string, 
/**
 * Which of `script` and `argv` is run; the other one is kept beside it.
 */
program: ProgramKind, 
/**
 * The script.
 */
script: string, 
/**
 * The program that reads the script.
 */
interpreter: string, 
/**
 * A program and its arguments.
 */
argv: Array<string>, 
/**
 * What the program reads.
 */
stdin: string, 
/**
 * Its variables; lines that are empty on both sides do not count.
 */
env: Array<EnvLine>, 
/**
 * Its folder.
 */
cwd: string, 
/**
 * The user that it runs as.
 */
run_as: string, 
/**
 * Permissions that its new files do not get.
 */
umask: string, 
/**
 * The expression.
 */
schedule: string, 
/**
 * The schedule's zone.
 */
timezone: string, 
/**
 * No occurrence before it.
 */
start_at: string, 
/**
 * No occurrence from it on.
 */
end_at: string, 
/**
 * Upper bound of the fixed offset.
 */
jitter: string, 
/**
 * Calendars whose days are left out, parted by commas.
 */
calendars_exclude: string, 
/**
 * Calendars whose days alone count, parted by commas.
 */
calendars_only: string, 
/**
 * What happens where the zone's clock jumps.
 */
dst: DstPolicy, 
/**
 * Whether its schedule rests.
 */
paused: boolean, 
/**
 * `one`, `all` or `node:<id>`.
 */
place_on: string, 
/**
 * Conditions on nodes; empty: all that serve the project.
 */
place_nodes: string, 
/**
 * Which of them takes an occurrence.
 */
balance: Balance, 
/**
 * Whether the next one takes over while the first is gone.
 */
failover: boolean, 
/**
 * Stopped after this time.
 */
timeout: string, 
/**
 * Between TERM and KILL.
 */
stop_grace: string, 
/**
 * Further attempts.
 */
retries_count: string, 
/**
 * Pause before the second attempt.
 */
retries_interval: string, 
/**
 * Factor from pause to pause.
 */
retries_backoff: string, 
/**
 * Upper bound of a pause.
 */
retries_max_interval: string, 
/**
 * What happens when the run before is still going.
 */
overlap: Overlap, 
/**
 * Later than this an occurrence is not simply started.
 */
start_deadline: string, 
/**
 * What happens to occurrences that are later than that.
 */
misfire: Misfire, 
/**
 * Output kept from its beginning.
 */
output_head: string, 
/**
 * Output kept from its end.
 */
output_tail: string, 
/**
 * Free text.
 */
note: string, 
/**
 * Who answers for it.
 */
owner: string, 
/**
 * Words to find it by.
 */
tags: Array<string>, 
/**
 * Shown first.
 */
starred: boolean, 
/**
 * The definition that the form was made from: fields that it does not show stay as they are.
 */
kept: unknown, };

/**
 * How a program is written.
 */
export type ProgramKind = "script" | "argv";

/**
 * A variable of a program.
 */
export type EnvLine = { 
/**
 * Its name.
 */
name: string, 
/**
 * Its value.
 */
value: string, };

/**
 * What the editor is opened for.
 */
export type EditorAsk = { 
/**
 * The job to edit or to duplicate; none for a new one.
 */
job_id: string | null, 
/**
 * Whether a new job like that one is wanted.
 */
duplicate: boolean, };

/**
 * What the editor begins with.
 */
export type EditorStart = { 
/**
 * The form.
 */
form: JobForm, 
/**
 * The generation that it was made from; 0 for a job that is not stored yet.
 */
generation: number, };

/**
 * What a person may choose from instead of typing.
 */
export type EditorLists = { 
/**
 * Every time zone.
 */
zones: Array<string>, 
/**
 * Usual interpreters, and those in use.
 */
interpreters: Array<string>, 
/**
 * Projects that have jobs.
 */
projects: Array<string>, 
/**
 * Tags in use.
 */
tags: Array<string>, 
/**
 * Owners of jobs.
 */
owners: Array<string>, 
/**
 * Nodes that are there.
 */
nodes: Array<string>, };

/**
 * A form to be looked through.
 */
export type DraftAsk = { 
/**
 * As it stands.
 */
form: JobForm, 
/**
 * The job that it changes; none for a new one.
 */
job_id: string | null, 
/**
 * The language of words and sentences.
 */
language: string, };

/**
 * What is to be said of a form before it is saved.
 */
export type DraftCheck = { 
/**
 * Everything that is wrong, each at its field.
 */
errors: Array<FieldError>, 
/**
 * The schedule in words.
 */
words: string | null, 
/**
 * What the builder shows for the schedule.
 */
plan: SchedulePlan, 
/**
 * The next occurrences, ten.
 */
next: Array<NextLine>, 
/**
 * The next two changes of the zone's clock.
 */
clock_changes: Array<ClockChange>, 
/**
 * The nodes, and which of them could run it.
 */
nodes: Array<NodeFit>, 
/**
 * What saving it would bring about, in a sentence; none while something is wrong.
 */
effect: string | null, 
/**
 * What differs from what is stored; of a new job what differs from the defaults.
 */
changes: Array<DiffLine>, 
/**
 * The definition as a file, TOML, in its normal form.
 */
document: string | null, 
/**
 * The generation that is stored now; none when the job is not there.
 */
generation: number | null, };

/**
 * A change of a zone's clock.
 */
export type ClockChange = { 
/**
 * The first instant with the new offset.
 */
at: string, 
/**
 * What the clock would have shown.
 */
local_before: string, 
/**
 * What it shows instead.
 */
local_after: string, };

/**
 * A node as a place for a job.
 */
export type NodeFit = { 
/**
 * Its id.
 */
node: string, 
/**
 * Whether the job could run there.
 */
fits: boolean, 
/**
 * Why not: an [`Excluded`](crate::placement::Excluded), or `not_there`.
 */
reason: string | null, };

/**
 * One field that differs.
 */
export type DiffLine = { 
/**
 * The field.
 */
path: string, 
/**
 * What it was.
 */
from: string | null, 
/**
 * What it is.
 */
to: string | null, 
/**
 * The lines that differ, with `-` or `+` before them, for texts of several lines.
 */
detail: Array<string>, };

/**
 * A builder's wish.
 */
export type BuildAsk = { 
/**
 * What is wanted.
 */
plan: SchedulePlan, 
/**
 * The schedule's zone.
 */
timezone: string, };

/**
 * What a builder's wish comes to.
 */
export type BuiltSchedule = { 
/**
 * The expression; none when something is wrong, and for plans that only an expression can say.
 */
expression: string | null, 
/**
 * What is wrong, at the builder's fields: `plan.every`.
 */
errors: Array<FieldError>, };

/**
 * A form to be saved.
 */
export type SaveAsk = { 
/**
 * As it stands.
 */
form: JobForm, 
/**
 * The job that it changes; none for a new one.
 */
job_id: string | null, 
/**
 * The generation that it was made from.
 */
generation: number, };

/**
 * What became of saving.
 */
export type SaveAnswer = { "outcome": "saved", 
/**
 * The job.
 */
job_id: string, 
/**
 * Its generation now.
 */
generation: number, } | { "outcome": "refused", 
/**
 * Each at its field.
 */
errors: Array<FieldError>, } | { "outcome": "conflict", 
/**
 * Both versions.
 */
conflict: SaveConflict, };

/**
 * Two versions of a job, made from the same one.
 */
export type SaveConflict = { 
/**
 * The generation that stands now: whoever saves on it says to have seen it.
 */
generation: number, 
/**
 * Who made it; empty when history cannot say.
 */
by: string, 
/**
 * When.
 */
at: string | null, 
/**
 * Whether it is that the job was deleted.
 */
deleted: boolean, 
/**
 * The fields that somebody changed.
 */
fields: Array<ConflictField>, 
/**
 * What stands now; none when it was deleted, or cannot be read by this version.
 */
theirs: JobForm | null, 
/**
 * What stands now with my changes on top; my own form when there is nothing to put them on.
 */
merged: JobForm, };

/**
 * A field that somebody changed.
 */
export type ConflictField = { 
/**
 * The field.
 */
path: string, 
/**
 * What both began with.
 */
before: string | null, 
/**
 * What I made of it.
 */
mine: string | null, 
/**
 * What stands now.
 */
theirs: string | null, 
/**
 * Whether both changed it, and not to the same.
 */
clash: boolean, };

/**
 * A form to be tried once.
 */
export type TryAsk = { 
/**
 * As it stands.
 */
form: JobForm, 
/**
 * The job that it changes; none for a new one.
 */
job_id: string | null, };

/**
 * What became of the wish to try.
 */
export type TryAnswer = { "outcome": "asked", 
/**
 * The run.
 */
run_id: string, } | { "outcome": "refused", 
/**
 * Each at its field.
 */
errors: Array<FieldError>, };

/**
 * How careful one has to be with a place.
 */
export type Environment = "test" | "staging" | "production";

/**
 * A person's connections.
 */
export type ConnectionList = { 
/**
 * The one that the window shows; empty for this computer.
 */
shown: string, 
/**
 * This computer first, then by name.
 */
rows: Array<ConnectionRow>, 
/**
 * Where secrets are kept.
 */
keeping: Keeping, };

/**
 * A connection.
 */
export type ConnectionRow = { 
/**
 * The profile; empty for this computer.
 */
name: string, 
/**
 * How careful one has to be.
 */
environment: Environment, 
/**
 * Nothing may be changed through it.
 */
read_only: boolean, 
/**
 * Where it leads, for people: no user and no password.
 */
place: string, 
/**
 * Plain text to other computers is allowed.
 */
insecure: boolean, 
/**
 * How it stands.
 */
state: ConnectionState, 
/**
 * Why it cannot be reached at present.
 */
trouble: string | null, };

/**
 * How a connection stands.
 */
export type ConnectionState = "closed" | "open" | "away";

/**
 * Where secrets are kept.
 */
export type Keeping = "keychain" | "open" | "locked" | "new";

/**
 * A profile as texts, to be edited. An empty text says nothing.
 */
export type ConnectionForm = { 
/**
 * Its name.
 */
name: string, 
/**
 * How careful one has to be.
 */
environment: Environment, 
/**
 * Nothing may be changed through it.
 */
read_only: boolean, 
/**
 * The cluster, by the name that its keys carry.
 */
cluster: string, 
/**
 * etcd's members, parted by commas, spaces or lines.
 */
endpoints: string, 
/**
 * Who signs in to etcd.
 */
user: string, 
/**
 * The user's password.
 */
password: SecretWish, 
/**
 * A file whose first line is the password, instead of a kept one.
 */
password_file: string, 
/**
 * A file: who signs the members' certificates.
 */
ca: string, 
/**
 * A file: our own certificate.
 */
cert: string, 
/**
 * A file: its private key.
 */
key: string, 
/**
 * Plain text to other computers is allowed.
 */
insecure: boolean, 
/**
 * Where the keys begin, if not by the cluster's name.
 */
prefix: string, 
/**
 * `mysql://user@host/database`, without the password.
 */
history_url: string, 
/**
 * The password in it.
 */
history_password: SecretWish, 
/**
 * A file whose first line is the whole address, instead of the address.
 */
history_url_file: string, 
/**
 * A file: who signs the database's certificate.
 */
history_ca: string, 
/**
 * Plain text to another computer is allowed.
 */
history_insecure: boolean, };

/**
 * What is to become of a secret. What is kept is never told.
 */
export type SecretWish = "none" | "kept" | { "set": string };

/**
 * A field of the form, and what is wrong with it.
 */
export type ConnectionMistake = { 
/**
 * The field, by its name in the form.
 */
field: string, 
/**
 * What is wrong.
 */
kind: ConnectionFault, 
/**
 * What was written that cannot be used.
 */
text: string, };

/**
 * What can be wrong with a field.
 */
export type ConnectionFault = "missing" | "no_name" | "taken" | "no_address" | "no_database" | "holds_password" | "needs_pair" | "both" | "no_prefix" | "no_file";

/**
 * What became of saving a form.
 */
export type ConnectionSaved = { 
/**
 * Nothing was saved when there are any.
 */
mistakes: Array<ConnectionMistake>, };

/**
 * What came of a test.
 */
export type ConnectionTested = { 
/**
 * Nothing was tried when there are any.
 */
mistakes: Array<ConnectionMistake>, 
/**
 * The rungs.
 */
ladder: Ladder | null, };

/**
 * What came of an import.
 */
export type ConnectionImport = { 
/**
 * Profiles that are new.
 */
added: Array<string>, 
/**
 * Profiles whose names were taken, left alone.
 */
left: Array<string>, };

/**
 * How far a test is.
 */
export type LadderNews = { 
/**
 * The test.
 */
id: string, 
/**
 * The rungs as they stand.
 */
ladder: Ladder, };

/**
 * The rungs in the order in which they are climbed. Both stores are tried, so one may be
 * in order while the other is not.
 */
export type Ladder = { 
/**
 * Each rung once.
 */
steps: Array<Step>, };

/**
 * A rung and how it holds.
 */
export type Step = { 
/**
 * Which.
 */
rung: Rung, 
/**
 * How it holds.
 */
state: StepState, 
/**
 * What is wrong, why, and what to do; else what was found. May be empty.
 */
hint: string, };

/**
 * How a rung holds.
 */
export type StepState = "good" | "warned" | "failed" | "unknown";

/**
 * What has to be in order.
 */
export type Rung = "settings" | "etcd_name" | "etcd_tcp" | "etcd_tls" | "etcd_sign_in" | "etcd_version" | "prefix" | "facts" | "history_name" | "history_tcp" | "history_tls" | "history_sign_in" | "history_database" | "schema" | "clock";

/**
 * The nodes that are known, by id.
 */
export type NodeList = { 
/**
 * Those that are there and those that once were.
 */
rows: Array<NodeRow>, };

/**
 * A node.
 */
export type NodeRow = { 
/**
 * Its id.
 */
node: string, 
/**
 * How it stands.
 */
state: NodeState, 
/**
 * Its host's name.
 */
host: string, 
/**
 * The agent's version.
 */
version: string, 
/**
 * `name=value`, by name.
 */
labels: Array<string>, 
/**
 * The lines of business that it serves; empty: all.
 */
projects: Array<string>, 
/**
 * Its share of the work; 0 takes none.
 */
weight: number, 
/**
 * Slots that are taken.
 */
load: number, 
/**
 * Programs that it may run at once; 0 when it does not say.
 */
max_parallel: number, 
/**
 * Runs that are claimed or running there.
 */
running: number, 
/**
 * How far its clock is ahead of the other nodes', as far as the way of its words tells;
 * of the only node, ahead of this computer's.
 */
clock_ms: number | null, 
/**
 * Attempts whose record history has not acknowledged.
 */
reports_pending: number, 
/**
 * When the agent came up.
 */
up_since: string | null, };

/**
 * How a node stands.
 */
export type NodeState = "up" | "draining" | "clock_suspect" | "gone";

/**
 * A node by itself.
 */
export type NodeDetail = { 
/**
 * Its row.
 */
row: NodeRow, 
/**
 * Addresses by which others may know it.
 */
addresses: Array<string>, 
/**
 * Its operating system; empty when it is not known.
 */
os: string, 
/**
 * Cores that the agent may use.
 */
cores: number | null, 
/**
 * Its memory.
 */
memory_bytes: number | null, 
/**
 * The agent's process.
 */
pid: number | null, 
/**
 * Its runs, newest first.
 */
runs: Array<RunRow>, 
/**
 * The jobs that it would run now, soonest first, a bounded number.
 */
jobs: Array<NodeJob>, 
/**
 * How many jobs these are of.
 */
jobs_count: number, };

/**
 * A job that a node may run.
 */
export type NodeJob = { 
/**
 * The job.
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
schedule_words: string, 
/**
 * When it is due next.
 */
next_at: string | null, 
/**
 * Its part in it.
 */
part: NodePart, };

/**
 * The part of a node in a job's occurrences.
 */
export type NodePart = "first" | "stands_in" | "each";

/**
 * What a node is asked.
 */
export type NodeAsk = "drain" | "undrain" | "reload";

/**
 * What became of it.
 */
export type NodeAsked = { 
/**
 * In a word.
 */
end: NodeAskEnd, 
/**
 * Why it was answered but not done, in the agent's words; empty otherwise.
 */
why: string, };

/**
 * What became of it, in a word.
 */
export type NodeAskEnd = "done" | "not_done" | "not_confirmed";

/**
 * What was done about the runs of a node that was removed.
 */
export type NodeGiven = { 
/**
 * Runs that are lost now, their jobs set free.
 */
given_up: number, 
/**
 * Runs that another node goes on with.
 */
taken_over: number, };

/**
 * What people note about a node, as texts.
 */
export type NodeForm = { 
/**
 * Its share of the work; empty: as its own file says.
 */
weight: string, 
/**
 * `name=value`, parted by commas, white space or lines.
 */
labels: string, 
/**
 * For people.
 */
note: string, 
/**
 * The generation that the form was filled from; none when nothing was noted yet.
 */
generation: number | null, 
/**
 * The weight of its own file.
 */
own_weight: number | null, 
/**
 * The labels of its own file.
 */
own_labels: Array<string>, };

/**
 * How a server that is invited is to stand, as texts.
 */
export type InviteForm = { 
/**
 * The projects that it serves, parted by commas or white space; empty: all.
 */
projects: string, 
/**
 * `name=value`, parted by commas, white space or lines.
 */
labels: string, 
/**
 * Its share of the work; empty: 1.
 */
weight: string, };

/**
 * What became of a form about nodes. With mistakes nothing was done.
 */
export type NodeFormAnswer = { 
/**
 * What is wrong, by fields.
 */
errors: Array<FieldError>, 
/**
 * The line that lets a server join; only of an invitation. A secret.
 */
line: string | null, 
/**
 * What to know of it, in English.
 */
warnings: Array<string>, };

/**
 * What is to be explained.
 */
export type ExplainAsk = { 
/**
 * The job: its id, `project/name`, or a name that one project has.
 */
job: string, 
/**
 * An instant, or a time of day as the reader's clock shows it; empty: the next one, else
 * the last.
 */
at: string, 
/**
 * The run, of one that no schedule rang.
 */
run_id: string | null, 
/**
 * In which language.
 */
language: string, };

/**
 * Why an occurrence ran where it did, or did not run.
 */
export type Explained = { 
/**
 * The job.
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
schedule_words: string, 
/**
 * The instant.
 */
at: string, 
/**
 * What can be said of it.
 */
verdict: ExplainVerdict, 
/**
 * What happened or will, in sentences, the most important first.
 */
told: Array<string>, 
/**
 * Who would decide it now, in a sentence; none where the schedule does not ring.
 */
order: string | null, 
/**
 * Whether each of the candidates runs it, as every node does.
 */
each: boolean, 
/**
 * The candidates, first to last.
 */
candidates: Array<string>, 
/**
 * Who is left out, and why.
 */
left_out: Array<ExplainLeftOut>, 
/**
 * What was decided, attempt by attempt or node by node.
 */
decisions: Array<ExplainDecision>, 
/**
 * The run that it waits for.
 */
held_by: ExplainDecision | null, 
/**
 * The instant of the schedule before.
 */
previous_at: string | null, 
/**
 * The instant of the schedule after.
 */
next_at: string | null, 
/**
 * When candidates were asked for.
 */
as_of: string, };

/**
 * What can be said of an instant.
 */
export type ExplainVerdict = "no_instant" | "decided" | "to_come" | "excluded_day" | "paused" | "undecided" | "no_record";

/**
 * A node that does not come into question.
 */
export type ExplainLeftOut = { 
/**
 * The node.
 */
node: string, 
/**
 * Why, in words.
 */
why: string, };

/**
 * What a node decided.
 */
export type ExplainDecision = { 
/**
 * The run.
 */
run_id: string, 
/**
 * The attempt.
 */
attempt: number, 
/**
 * The instant that it was decided for; the first of a range.
 */
scheduled_at: string, 
/**
 * Who decided.
 */
node: string, 
/**
 * When, by its clock.
 */
decided_at: string, 
/**
 * What came of it.
 */
state: RunState, 
/**
 * Why.
 */
reason: Reason | null, 
/**
 * Instants that were decided together.
 */
count: number, };

/**
 * Whether anything is wrong, what goes on and what comes.
 */
export type Overview = { 
/**
 * When all of it was so.
 */
as_of: string, 
/**
 * Whether there are no jobs yet.
 */
empty: boolean, 
/**
 * Runs that are claimed or running.
 */
running: number, 
/**
 * Runs of the last 24 hours that failed, timed out, were rejected or are lost.
 */
failed: number, 
/**
 * Occurrences of the last 24 hours that never started, though nobody wanted that.
 */
missed: number, 
/**
 * Runs of the last 24 hours that started late.
 */
late: number, 
/**
 * Nodes that are known.
 */
nodes: number, 
/**
 * Those of them that are not there.
 */
nodes_gone: number, 
/**
 * Failures of the last 24 hours by job and cause, the newest first; a bounded number.
 */
failures: Array<OverviewFailure>, 
/**
 * What a person has to do; a bounded number.
 */
needs: Array<OverviewNeed>, 
/**
 * How many such things there are.
 */
needs_count: number, 
/**
 * Those of the running that run longest; a bounded number.
 */
going: Array<OverviewRun>, 
/**
 * The first occurrences of the next hour, each job once.
 */
next: Array<OverviewNext>, 
/**
 * How many occurrences the next hour has.
 */
next_count: number, 
/**
 * The last 24 hours, a quarter of an hour each.
 */
throughput: Array<OverviewStep>, 
/**
 * How late runs of the last 24 hours started, half an hour each.
 */
lateness: Array<OverviewLateness>, 
/**
 * Today and the seven days before it in the reader's zone, the oldest first.
 */
days: Array<OverviewDay>, };

/**
 * Runs of a job that ended badly in the same way.
 */
export type OverviewFailure = { 
/**
 * The job.
 */
job_id: string, 
/**
 * Its project.
 */
project: string, 
/**
 * Its name.
 */
job: string, 
/**
 * How they ended.
 */
state: RunState, 
/**
 * Why.
 */
reason: Reason | null, 
/**
 * The program's exit code.
 */
exit_code: number | null, 
/**
 * The signal that ended it.
 */
signal: number | null, 
/**
 * How many they are, in seven days.
 */
count: number, 
/**
 * The first of these seven days.
 */
first_at: string, 
/**
 * The last.
 */
last_at: string, 
/**
 * The last one's run.
 */
last_run: string, 
/**
 * Whether the job's newest run ended badly too.
 */
stands: boolean, };

/**
 * Something that a person has to do.
 */
export type OverviewNeed = { 
/**
 * What.
 */
kind: OverviewNeedKind, 
/**
 * The job or the node that it is about.
 */
name: string, 
/**
 * The job's or the run's id; a node's name.
 */
id: string, 
/**
 * More of it, as it is stored.
 */
detail: string | null, };

/**
 * What a person has to do.
 */
export type OverviewNeedKind = "no_nodes" | "blocked" | "broken" | "node_gone" | "clock_suspect" | "config_error";

/**
 * The next occurrence of a job.
 */
export type OverviewNext = { 
/**
 * The job.
 */
job_id: string, 
/**
 * Its project.
 */
project: string, 
/**
 * Its name.
 */
job: string, 
/**
 * When.
 */
at: string, };

/**
 * A run that goes.
 */
export type OverviewRun = { 
/**
 * The run.
 */
run_id: string, 
/**
 * Its job's project.
 */
project: string, 
/**
 * Its job's name.
 */
job: string, 
/**
 * Its node.
 */
node: string, 
/**
 * When its program was executed; none when it is yet to be.
 */
started_at: string | null, };

/**
 * How runs of a stretch of time ended.
 */
export type OverviewStep = { 
/**
 * Where it begins.
 */
at: string, 
/**
 * Those that succeeded.
 */
succeeded: number, 
/**
 * Those that failed, timed out, were rejected or are lost.
 */
failed: number, };

/**
 * How late runs of a stretch of time started, of a sample of those that succeeded.
 */
export type OverviewLateness = { 
/**
 * Where it begins.
 */
at: string, 
/**
 * Half of them were no later; none where nothing started.
 */
half_ms: number | null, 
/**
 * 19 of 20 were no later.
 */
most_ms: number | null, };

/**
 * How runs of a day ended.
 */
export type OverviewDay = { 
/**
 * The day, `2026-11-21`.
 */
day: string, 
/**
 * Where it begins.
 */
since: string, 
/**
 * Where it ends.
 */
until: string, 
/**
 * Those that succeeded.
 */
succeeded: number, 
/**
 * Those that failed, timed out, were rejected or are lost.
 */
failed: number, 
/**
 * Those that were skipped or killed.
 */
others: number, };

/**
 * What the lanes are of.
 */
export type TimelineBy = "job" | "node";

/**
 * A window into the lanes.
 */
export type TimelineAsk = { 
/**
 * What the lanes are of.
 */
by: TimelineBy, 
/**
 * The filter of the list of jobs; of nodes a part of their names.
 */
text: string, 
/**
 * From this instant on.
 */
since: string, 
/**
 * Until before this instant.
 */
until: string, 
/**
 * Lanes before the first one.
 */
offset: number, 
/**
 * Lanes at most.
 */
limit: number, };

/**
 * Lanes of runs.
 */
export type Timeline = { 
/**
 * The lanes in their order.
 */
lanes: Array<TimelineLane>, 
/**
 * How many lanes there are.
 */
count: number, 
/**
 * Whether older runs were left out, for there are too many.
 */
cut: boolean, };

/**
 * What one job or node did and will do.
 */
export type TimelineLane = { 
/**
 * The job's id; a node's name.
 */
id: string, 
/**
 * The job's project; empty for a node.
 */
project: string, 
/**
 * The job's or the node's name.
 */
name: string, 
/**
 * Its runs, newest first.
 */
runs: Array<TimelineRun>, 
/**
 * Instants to come, a bounded number.
 */
next: Array<string>, };

/**
 * A run on its lane.
 */
export type TimelineRun = { 
/**
 * The run.
 */
run_id: string, 
/**
 * Its job's name.
 */
job: string, 
/**
 * How it stands.
 */
state: RunState, 
/**
 * Its instant; where the program was executed, if it was.
 */
at: string, 
/**
 * When it ended.
 */
until: string | null, };

/**
 * How starts lie in time.
 */
export type TimelineStarts = { 
/**
 * Where the first step begins.
 */
since: string, 
/**
 * How long a step is.
 */
step_ms: number, 
/**
 * How many starts each step has, jobs that start all the time left aside.
 */
counts: Array<number>, 
/**
 * Minutes in which many jobs start, the fullest first.
 */
piles: Array<TimelinePile>, };

/**
 * Many jobs that start in one minute, and what would part them.
 */
export type TimelinePile = { 
/**
 * The minute's beginning.
 */
at: string, 
/**
 * How many start in it.
 */
starts: number, 
/**
 * The jitter that is proposed, as it is written in a job.
 */
jitter: string, 
/**
 * How many of them start in the fullest minute then.
 */
then: number, 
/**
 * How many jobs would get it.
 */
jobs_count: number, 
/**
 * Some of them, `project/name`.
 */
jobs: Array<string>, };
