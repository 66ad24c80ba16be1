//! Every bound of the system, with its reason. Relations between them are asserted below.

mod overview;

use std::time::Duration;

pub use overview::*;

/// A definition's stored size. etcd refuses requests above 1.5 MiB; an edit carries two copies.
pub const DEFINITION_BYTES_MAX: usize = 64 * 1024;
/// Characters of a job's name.
pub const JOB_NAME_CHARS_MAX: usize = 128;
/// How long a session outlives its agent.
pub const SESSION_TTL: Duration = Duration::from_secs(15);
/// How often a session is renewed: two renewals may fail before decisions stop.
pub const SESSION_RENEW_EVERY: Duration = Duration::from_secs(5);
/// No decision this long after the last good renewal.
pub const SESSION_TRUSTED_FOR: Duration = Duration::from_secs(10);
/// Decisions that travel in one request. etcd allows 128 operations in a transaction.
pub const DECISIONS_PER_REQUEST_MAX: usize = 50;
/// Wall clock may run apart from boot time by this much before decisions pause.
pub const CLOCK_JUMP_MAX: Duration = Duration::from_secs(2);
/// How long decisions pause after such a jump.
pub const CLOCK_PAUSE: Duration = Duration::from_secs(10);
/// The wall clock is read again at least this often while waiting.
pub const CLOCK_REREAD_EVERY: Duration = Duration::from_secs(1);
/// Late starts per second and agent.
pub const CATCH_UP_PER_SECOND: u32 = 20;
/// Default of `start_deadline`.
pub const START_DEADLINE_DEFAULT: Duration = Duration::from_secs(60);
/// Smallest `start_deadline`: below it a leader change would skip runs.
pub const START_DEADLINE_MIN: Duration = Duration::from_secs(5);
/// Default of `stop_grace`.
pub const STOP_GRACE_DEFAULT: Duration = Duration::from_secs(10);
/// Added to the grace after which a gone owner's overlap is released.
pub const RELEASE_SLACK: Duration = Duration::from_secs(60);
/// A gone owner's runs are called lost no sooner than this.
pub const LOST_AFTER: Duration = Duration::from_secs(60);
/// Instants that `run_all` makes up for at most.
pub const RUN_ALL_MAX: u64 = 100;
/// Instants kept as one record each when they were skipped together; above it one range record.
pub const SKIPS_AS_RECORDS_MAX: u64 = 100;
/// How long a finish waits for history before it is kept in the store instead.
pub const HISTORY_WAIT: Duration = Duration::from_secs(1);
/// Ended runs that a node keeps in the store for an absent history.
pub const ENDED_RUNS_KEPT_MAX: usize = 2_000;
/// Output kept from the beginning, default.
pub const OUTPUT_HEAD_DEFAULT: u64 = 1024 * 1024;
/// Output kept from the end, default.
pub const OUTPUT_TAIL_DEFAULT: u64 = 1024 * 1024;
/// Output kept at most, head and tail together.
pub const OUTPUT_KEPT_MAX: u64 = 16 * 1024 * 1024;
/// Bytes of one stored row of output.
pub const OUTPUT_ROW_BYTES_MAX: usize = 256 * 1024;
/// A request that is not taken by then is consumed without a start.
pub const REQUEST_TAKEN_WITHIN: Duration = Duration::from_secs(600);
/// A kill that is not confirmed by then is shown as such.
pub const KILL_CONFIRMED_WITHIN: Duration = Duration::from_secs(10);
/// How long one wish to follow a log keeps live rows coming.
pub const TAIL_INTEREST: Duration = Duration::from_secs(30);
/// Live rows go out this often at most.
pub const TAIL_EVERY: Duration = Duration::from_millis(500);
/// Rows of one page of a list.
pub const PAGE_ROWS_MAX: u32 = 500;
/// A run that lasts longer than this is recorded at its start too.
pub const RECORD_START_AFTER: Duration = Duration::from_secs(2);
/// Bars of a job's status strip.
pub const STRIP_BARS: usize = 20;

/// How long a process waits for another one's lock on a SQLite file.
pub const SQLITE_BUSY_FOR: Duration = Duration::from_secs(5);
/// Connections that read one SQLite file for one process; each has a thread and a page cache.
pub const SQLITE_READERS: u32 = 3;
/// Rows that SQLite's thread reads ahead: fewer make it wait for their reader at long lists.
pub const SQLITE_ROWS_READY: usize = 512;
/// Requests that share one commit of the embedded store: a commit costs a durable write.
pub const COORD_GROUP_MAX: usize = 256;
/// Requests that wait for the embedded store's writer; more wait at their callers.
pub const COORD_WAITING_MAX: usize = 1024;
/// Revisions whose changes the embedded store keeps for watches that fell behind.
pub const COORD_LOG_REVISIONS: u64 = 10_000;
/// The log is cut when it has grown by this much over what is kept.
pub const COORD_LOG_SLACK: u64 = 1_000;
/// How often the embedded store asks whether another process wrote: they are seen within 50 ms.
pub const COORD_GLANCE_EVERY: Duration = Duration::from_millis(40);
/// How often the embedded store is read for ended leases, and for trouble.
pub const COORD_LOOK_EVERY: Duration = Duration::from_millis(900);
/// A commit is visible at most this long after its write began, or else at the next look.
pub const COORD_SETTLED_AFTER: Duration = Duration::from_millis(500);
/// Values of recent changes kept in memory, so that watches need not read the file.
pub const COORD_RECENT_BYTES_MAX: usize = 1024 * 1024;
/// Changes that a watch reads from the log at once.
pub const COORD_LOG_PAGE: u32 = 256;
/// Events that wait for the reader of a watch.
pub const WATCH_EVENTS_MAX: usize = 256;
/// A watch tells how far it is this often: readers take one for silent after 5 s.
pub const WATCH_PROGRESS_EVERY: Duration = Duration::from_secs(4);
/// A watch that cannot read tries again this often.
pub const WATCH_RETRY_EVERY: Duration = Duration::from_secs(1);
/// Ids that a prefix search of runs shows.
pub const RUN_PREFIX_MATCHES_MAX: u32 = 10;

const _: () = assert!(SESSION_TRUSTED_FOR.as_secs() < SESSION_TTL.as_secs());
const _: () = assert!(SESSION_RENEW_EVERY.as_secs() * 2 <= SESSION_TRUSTED_FOR.as_secs());
const _: () = assert!(OUTPUT_HEAD_DEFAULT + OUTPUT_TAIL_DEFAULT <= OUTPUT_KEPT_MAX);
const _: () = assert!(START_DEADLINE_MIN.as_secs() <= START_DEADLINE_DEFAULT.as_secs());
/// A series whose decision was not applied is looked at again after this.
pub const LOOK_AGAIN_AFTER: Duration = Duration::from_secs(1);
/// A transaction without an answer is sent again after this, doubling up to the bound.
pub const RESEND_AFTER: Duration = Duration::from_millis(200);
/// Upper bound of the pause between two sendings.
pub const RESEND_AFTER_MAX: Duration = Duration::from_secs(2);
/// An agent reads the runs that name it at least this often.
pub const RUNS_REREAD_EVERY: Duration = Duration::from_secs(300);
/// A request's run key outlives the request by this, so that a replayed one finds it.
pub const REQUEST_KEPT_AFTER: Duration = Duration::from_secs(60);
/// A definition's body. The rest of `DEFINITION_BYTES_MAX` is for its envelope.
pub const BODY_BYTES_MAX: usize = DEFINITION_BYTES_MAX - 4 * 1024;
/// A file of definitions: ten thousand jobs of two kilobytes fit.
pub const DEFINITION_FILE_BYTES_MAX: usize = 24 * 1024 * 1024;
/// Errors that a report on one file names; the rest is counted.
pub const FILE_ERRORS_MAX: usize = 100;
/// The longest duration that a job may name. Anything longer is a typing mistake.
pub const DURATION_MAX: Duration = Duration::from_secs(366 * 24 * 60 * 60);
/// Smallest `timeout`: below it the stop would race with the start.
pub const TIMEOUT_MIN: Duration = Duration::from_secs(1);
/// Longest `stop_grace`: so long at most a kill waits before it is forced.
pub const STOP_GRACE_MAX: Duration = Duration::from_secs(60 * 60);
/// Longest `jitter`, a minute below a day: an occurrence stays within a day of its instant.
pub const JITTER_MAX: Duration = Duration::from_secs((24 * 60 - 1) * 60);
/// Most retries of a run: each attempt is a record.
pub const RETRIES_MAX: u32 = 100;
/// Default of `retries.interval`.
pub const RETRY_INTERVAL_DEFAULT: Duration = Duration::from_secs(1);
/// Default of `retries.max_interval`.
pub const RETRY_INTERVAL_MAX_DEFAULT: Duration = Duration::from_secs(5 * 60);
/// Longest pause between two attempts.
pub const RETRY_INTERVAL_MAX: Duration = Duration::from_secs(24 * 60 * 60);
/// Largest `retries.backoff`: two retries at ten times are a hundred times the first pause.
pub const RETRY_BACKOFF_MAX: f64 = 10.0;
/// Variables of one job: more belong into a file.
pub const ENV_VARIABLES_MAX: usize = 256;
/// Items of one argument vector.
pub const ARGUMENTS_MAX: usize = 1_000;
/// Tags of one job: lists show them all.
pub const TAGS_MAX: usize = 32;
/// Characters of a tag or of an owner.
pub const LABEL_CHARS_MAX: usize = 64;
/// Characters of a note: a page.
pub const NOTE_CHARS_MAX: usize = 4_000;
/// Lines on either side up to which two texts are compared line by line: it takes their product.
pub const DIFF_LINES_MAX: usize = 1_000;
/// Lines of detail of one field that a stored difference keeps.
pub const DIFF_DETAIL_LINES_MAX: usize = 40;
/// Lines of a stored difference: it travels in one request with the definition.
pub const DIFF_STORED_LINES_MAX: usize = 200;

/// The longest text of a schedule. The longest sensible one, a list of single minutes and
/// hours, stays under 300 bytes.
pub const SCHEDULE_TEXT_BYTES_MAX: usize = 512;

/// How many years ahead an occurrence is searched before "never again" is concluded.
///
/// The same date falls on the same weekday again after 12 years at most, and 29 February after 40
/// (across 2100, which is no leap year); so a schedule that finds nothing within 41 years has
/// nothing to find.
pub const SCHEDULE_SEARCH_YEARS_MAX: i16 = 41;

/// The first and the last year that a year field may name. The last one is as far as people plan;
/// the first is the Unix epoch.
pub const SCHEDULE_YEARS: (u16, u16) = (1970, 2099);

/// The longest interval of `@every`: ten years. Anything longer is a typing mistake.
pub const SCHEDULE_EVERY_SECONDS_MAX: i64 = 3660 * 24 * 60 * 60;

/// The most lines a preview computes, so that a request from a script cannot keep a core busy.
pub const PREVIEW_LINES_MAX: usize = 1_000;
const _: () = assert!(COORD_LOG_SLACK < COORD_LOG_REVISIONS);

const _: () = assert!(SESSION_TRUSTED_FOR.as_secs() < SESSION_TTL.as_secs());
const _: () = assert!(SESSION_RENEW_EVERY.as_secs() * 2 <= SESSION_TRUSTED_FOR.as_secs());
const _: () = assert!(OUTPUT_HEAD_DEFAULT + OUTPUT_TAIL_DEFAULT <= OUTPUT_KEPT_MAX);
const _: () = assert!(START_DEADLINE_MIN.as_secs() <= START_DEADLINE_DEFAULT.as_secs());
const _: () = assert!(TIMEOUT_MIN.as_secs() < DURATION_MAX.as_secs());
const _: () = assert!(RETRY_INTERVAL_MAX_DEFAULT.as_secs() <= RETRY_INTERVAL_MAX.as_secs());
/// Default of `max_parallel`: so many programs for each core, within the bounds below.
pub const MAX_PARALLEL_PER_CORE: usize = 4;
/// Bounds of the default of `max_parallel`: a small computer still runs a few jobs at once, and a
/// large one is not flooded unasked.
pub const MAX_PARALLEL_DEFAULT: (usize, usize) = (8, 64);
/// Largest `max_parallel`: each program costs a supervisor and some descriptors.
pub const MAX_PARALLEL_MAX: usize = 10_000;
/// A configuration file. The longest sensible one is a page.
pub const CONFIG_BYTES_MAX: usize = 64 * 1024;
/// A version on its way to history is left to its author for so long.
pub const PENDING_FORWARDED_AFTER: Duration = Duration::from_secs(10);
/// Versions forwarded in one upload.
pub const PENDING_TOGETHER: usize = 100;
/// A watch that tells nothing for so long is begun anew; it should tell its progress every 5 s.
pub const WATCH_SILENT_AFTER: Duration = Duration::from_secs(15);
/// A transaction that is not answered by then has an unknown outcome.
pub const TXN_ANSWERED_WITHIN: Duration = Duration::from_secs(5);
/// Requests with transactions that one agent has on their way at once. A store that is asked for
/// more answers none of them in time, and what is unknown must be asked again.
pub const TXN_REQUESTS_AT_ONCE: usize = 8;
/// Programs that one agent is starting at once. More would start none of them sooner, and would take
/// the processor from the decisions about those that are still due.
pub const LAUNCHES_AT_ONCE: usize = 16;
/// Cursors read in one request.
pub const CURSORS_PER_READ: usize = 500;
/// Times that an edit is sent before its author is told that the outcome is not yet known.
pub const EDIT_TRIES_MAX: u32 = 5;
/// A kill that the node has not seen by then is not obeyed any more.
pub const KILL_OBEYED_WITHIN: Duration = Duration::from_secs(60);
/// The wish to follow a log is renewed this often: two renewals may fail before live rows end.
pub const TAIL_RENEW_EVERY: Duration = Duration::from_secs(10);
/// Lists are told what changed this often at most.
pub const LIVE_EVERY: Duration = Duration::from_millis(250);
/// History is asked for changes this often while somebody looks.
pub const CHANGES_EVERY: Duration = Duration::from_millis(200);
/// Batches of changes that wait for a slow window; it reads everything anew when it missed one.
pub const LIVES_WAITING_MAX: usize = 64;
/// Runs told in one batch; above it the window is made to read anew.
pub const LIVE_RUNS_MAX: usize = 1_000;
/// Bytes of output in one page of a log.
pub const LOG_PAGE_BYTES_MAX: usize = 256 * 1024;
/// While somebody waits for a run's end, it is looked at this often.
pub const RUN_LOOK_EVERY: Duration = Duration::from_millis(100);
/// The check of the ledger leaves the newest instants alone for the start deadline and this.
pub const LEDGER_SETTLED_AFTER: Duration = Duration::from_secs(30);
/// Clocks of those who edit and those who decide may differ by this: the ledger's check neither
/// demands nor refuses an instant so near to an edit.
pub const LEDGER_EDIT_SLACK: Duration = Duration::from_secs(2);
/// Versions of one definition that are read at once.
pub const VERSIONS_MAX: u32 = 500;
/// Runs by which a job's average duration is computed, and jobs asked for in one query.
pub const JOBS_PER_QUERY_MAX: usize = 500;

const _: () = assert!(TAIL_RENEW_EVERY.as_secs() * 2 < TAIL_INTEREST.as_secs());
/// A quiet window is told at least this often that it is up to date.
pub const LIVE_AT_LEAST_EVERY: Duration = Duration::from_secs(1);
/// An agent that was started holds its folder's lock by then, else it has failed.
pub const AGENT_UP_WITHIN: Duration = Duration::from_secs(5);
/// While an agent comes up, its lock is looked at this often.
pub const AGENT_LOOK_EVERY: Duration = Duration::from_millis(20);

const _: () = assert!(LIVE_EVERY.as_millis() < LIVE_AT_LEAST_EVERY.as_millis());
/// While a node is gone, what it left is looked at this often.
pub const REAP_EVERY: Duration = Duration::from_secs(60);
/// Connections of an agent to the history of a cluster: hundreds of agents share one database.
pub const AGENT_CONNECTIONS_MAX: u32 = 1;
/// Connections of a person: a page, a follower of changes and an edit at once.
pub const PERSON_CONNECTIONS_MAX: u32 = 4;
/// A crontab that is imported. The longest sensible one is a few pages.
pub const CRONTAB_BYTES_MAX: usize = 1024 * 1024;
/// Lines of a crontab: the window shows them all at once.
pub const CRONTAB_LINES_MAX: usize = 2_000;
/// A line of a crontab; its command becomes a definition's body, escaped.
pub const CRONTAB_LINE_BYTES_MAX: usize = 16 * 1024;
/// Characters of a command from which on Debian's cron refuses it (its `MAX_COMMAND`).
pub const CRON_COMMAND_CHARS_MAX: usize = 998;

const _: () = assert!(CRONTAB_LINE_BYTES_MAX * 3 < BODY_BYTES_MAX);
/// Steps of a transaction of many edits that stand together in one inside it. Each level of
/// transactions has what the one around it leaves of `ETCD_TXN_OPS_MAX`: with this many
/// steps inside, and one more level for a cursor, 115 conditions are left, one for each job.
pub const EDIT_STEPS_TOGETHER: usize = 12;

const _: () = assert!(EDIT_STEPS_TOGETHER * 8 < ETCD_TXN_OPS_MAX);
/// `crontab -l` answers by then, or it is not asked any longer.
pub const CRONTAB_READ_WITHIN: Duration = Duration::from_secs(5);
/// A member of etcd that has not answered by then is left for the next one. A new leader is found
/// in about one second.
pub const ETCD_ANSWERED_WITHIN: Duration = Duration::from_secs(2);
/// All attempts of one call to etcd: every caller hears of a failure before it gives up itself.
pub const ETCD_CALL_WITHIN: Duration = Duration::from_millis(4_500);
/// After every member of etcd has failed once, they are tried again after this.
pub const ETCD_RETRY_AFTER: Duration = Duration::from_millis(100);
/// Keys of one page of a list: full definitions stay below `ETCD_MESSAGE_BYTES_MAX`.
pub const ETCD_PAGE_KEYS: usize = 500;
/// A message of etcd that is larger is not taken; a list then asks for smaller pages.
pub const ETCD_MESSAGE_BYTES_MAX: usize = 64 * 1024 * 1024;
/// Operations of one level of a transaction: etcd's `max-txn-ops`, as it is unless changed.
pub const ETCD_TXN_OPS_MAX: usize = 128;
/// Bytes of one request: etcd's `max-request-bytes`, as it is unless changed.
pub const ETCD_REQUEST_BYTES_MAX: usize = 1536 * 1024;
/// A watch asks etcd how far it is this often. Two answers tell one progress.
pub const ETCD_ASK_EVERY: Duration = Duration::from_secs(2);
/// A watch that heard nothing for so long, though it asked, is begun anew.
pub const ETCD_SILENT_AFTER: Duration = Duration::from_secs(5);
/// Times that a list is begun anew because etcd dropped its revision meanwhile.
pub const ETCD_LIST_TRIES_MAX: u32 = 3;

const _: () = assert!(ETCD_ANSWERED_WITHIN.as_millis() * 2 < ETCD_CALL_WITHIN.as_millis());
const _: () = assert!(ETCD_CALL_WITHIN.as_millis() < TXN_ANSWERED_WITHIN.as_millis());
const _: () = assert!(ETCD_PAGE_KEYS * DEFINITION_BYTES_MAX < ETCD_MESSAGE_BYTES_MAX);
const _: () = assert!(DECISIONS_PER_REQUEST_MAX < ETCD_TXN_OPS_MAX);
const _: () = assert!(ETCD_ASK_EVERY.as_secs() * 2 < ETCD_SILENT_AFTER.as_secs());
const _: () = assert!(ETCD_SILENT_AFTER.as_secs() < WATCH_SILENT_AFTER.as_secs());
/// Smallest statement that a history's server must take: a batch of records is much less, and
/// output is cut to what the server takes.
pub const MYSQL_PACKET_MIN: usize = 1024 * 1024;
/// Bytes of values in one statement at most: larger ones make no upload faster, and hold the
/// server for longer.
pub const MYSQL_STATEMENT_BYTES_MAX: usize = 4 * 1024 * 1024;
/// What the text of a statement and its frame take besides the values.
pub const MYSQL_STATEMENT_FRAME: usize = 128 * 1024;
/// Rows that one statement writes.
pub const MYSQL_ROWS_PER_STATEMENT: usize = 500;
/// Values that one statement reads by; the server takes 65,535.
pub const MYSQL_VALUES_PER_STATEMENT: usize = 40_000;
/// Values of a statement that is kept prepared on its connection: those of a list, or of one run.
pub const MYSQL_VALUES_KEPT_PREPARED: usize = 100;
/// Parts of a list that one statement reads: each is planned on its own.
pub const MYSQL_PARTS_PER_STATEMENT: usize = 50;
/// Name, connection, encryption and sign-in take this long at most.
pub const MYSQL_CONNECTED_WITHIN: Duration = Duration::from_secs(5);
/// A question to the history is answered by then, its connection included.
pub const MYSQL_ANSWERED_WITHIN: Duration = Duration::from_secs(10);
/// An upload of records is answered by then; output has time by its size besides.
pub const MYSQL_UPLOADED_WITHIN: Duration = Duration::from_secs(15);
/// The slowest line that output goes through, in bytes a second.
pub const MYSQL_BYTES_PER_SECOND_MIN: usize = 64 * 1024;
/// The tables are brought up to date within this: a step may write large ones anew.
pub const MYSQL_MIGRATED_WITHIN: Duration = Duration::from_secs(3600);
/// Another one's migration is waited for so long.
pub const MYSQL_MIGRATION_WAITED_FOR: Duration = Duration::from_secs(60);
/// Rows that another transaction holds are waited for so long.
pub const MYSQL_LOCK_WAIT: Duration = Duration::from_secs(5);
/// Times that a transaction is done again after a deadlock, within its deadline.
pub const MYSQL_DEADLOCKS_MAX: u32 = 20;
/// A connection that was idle for so long is closed: a server has 151 of them unless told.
pub const MYSQL_IDLE_MAX: Duration = Duration::from_secs(10);
/// The server ends a session that is silent for so long, and with it a transaction of an agent
/// that was held or cut off.
pub const MYSQL_SESSION_SILENT_MAX: Duration = Duration::from_secs(20);
/// Runs that retention deletes in one transaction: few enough to be done within 200 ms.
pub const MYSQL_PRUNED_AT_ONCE: usize = 50;

const _: () = assert!(MYSQL_STATEMENT_FRAME * 2 <= MYSQL_PACKET_MIN);
const _: () = assert!(MYSQL_CONNECTED_WITHIN.as_secs() < MYSQL_ANSWERED_WITHIN.as_secs());
const _: () = assert!(MYSQL_LOCK_WAIT.as_secs() < MYSQL_ANSWERED_WITHIN.as_secs());
const _: () = assert!(MYSQL_IDLE_MAX.as_secs() < MYSQL_SESSION_SILENT_MAX.as_secs());
/// A node's share of the work unless it says otherwise.
pub const WEIGHT_DEFAULT: u32 = 1;
/// Largest share: a hundredth is as fine as people divide work.
pub const WEIGHT_MAX: u32 = 100;
/// Characters of a selector of nodes: a longer one wants a label of its own.
pub const SELECTOR_CHARS_MAX: usize = 1_000;
/// Conditions of one selector.
pub const SELECTOR_TERMS_MAX: usize = 16;
/// A node stands in for the first candidate this long after the instant, and a step later for
/// each further one before it: longer than a leader change of the store usually takes.
pub const RANK_WAIT: Duration = Duration::from_secs(2);
/// Between two candidates that stand in.
pub const RANK_STEP: Duration = Duration::from_secs(1);
/// Whose own turn is due, but not the one before it decided, looks again this often.
pub const TURN_LOOK_EVERY: Duration = Duration::from_millis(250);
/// A reading of cursors that did not come is asked for again after this.
pub const CURSOR_ASK_AGAIN_AFTER: Duration = Duration::from_secs(2);
/// Clocks of two nodes may differ by this before one of them is suspect.
pub const CLOCK_DIFFERENCE_MAX: Duration = Duration::from_secs(2);
/// A new session waits so long at most for the other nodes' stamps: two renewals.
pub const CLOCK_PROVEN_WITHIN: Duration = Duration::from_secs(10);

const _: () = assert!(RANK_WAIT.as_secs() + RANK_STEP.as_secs() < START_DEADLINE_MIN.as_secs());
const _: () = assert!(SESSION_RENEW_EVERY.as_secs() * 2 <= CLOCK_PROVEN_WITHIN.as_secs());
/// Attempts of a run in all, at most: of one that is taken over again and again, too.
pub const ATTEMPTS_MAX: u32 = 100;
/// Between two orders to end a run that is to be replaced.
pub const REPLACE_ASK_AGAIN_AFTER: Duration = Duration::from_secs(10);
/// Jobs of one bulk change that are changed at the same time: the store commits them in groups.
pub const BULK_AT_ONCE: usize = 16;
/// Jobs of one bulk change: as many as a cluster is made for.
pub const BULK_JOBS_MAX: usize = 20_000;
/// Failures of one bulk change that are told one by one; the rest is counted.
pub const BULK_FAILURES_MAX: usize = 200;
/// A bulk change tells how far it is this often at most.
pub const BULK_TELL_EVERY: Duration = Duration::from_millis(100);
/// Jobs and runs that the palette shows.
pub const FOUND_MAX: usize = 12;
/// Letters of a run's id from which on runs are looked for.
pub const RUN_ID_LETTERS_MIN: usize = 4;
/// Saved views of one person: the rail shows them all.
pub const VIEWS_MAX: usize = 50;
/// Notices that one batch of changes may cause; the rest is counted in the last one.
pub const NOTICES_AT_ONCE_MAX: usize = 3;
/// Newest rows of a list of runs that its counts are made of: they are told while somebody types.
pub const GROUP_ROWS_MAX: u32 = 10_000;
/// Characters of a query over runs: a page of text is no query.
pub const RUN_QUERY_CHARS_MAX: usize = 2_000;
/// Terms of a query over runs.
pub const RUN_QUERY_TERMS_MAX: usize = 64;
/// Completions that are offered at once.
pub const COMPLETIONS_MAX: usize = 12;
/// Jobs whose lists are merged, one look for each; of more jobs all runs are looked through.
pub const JOBS_MERGED_MAX: usize = 300;
/// Nodes or projects whose lists are merged; of more, all runs are looked through.
pub const NAMES_MERGED_MAX: usize = 16;
/// A list of runs without a time range begins so long ago.
pub const RUNS_SPAN_USUAL: Duration = Duration::from_secs(24 * 60 * 60);
/// Values that a count of runs names for each field: the rest is found by typing.
pub const FACET_VALUES_MAX: usize = 9;
/// Labels that people put on a node: more describe it without anybody choosing by them.
pub const LABELS_MAX: usize = 64;
/// Entries of each list of a calendar: a country's days off of a century.
pub const CALENDAR_RANGES_MAX: usize = 2_000;
/// A calendar file that is imported.
pub const ICS_BYTES_MAX: usize = 1024 * 1024;
/// Calendars of one job.
pub const JOB_CALENDARS_MAX: usize = 16;
/// Profiles that stay open behind the window: each keeps its watches and a few connections.
pub const OPEN_PROFILES_MAX: usize = 5;
/// A profile that cannot be opened is tried again after this.
pub const PROFILE_TRIED_AGAIN_AFTER: Duration = Duration::from_secs(3);
/// How hard a passphrase is to guess, as a power of two: a second or so for each try.
pub const PASSPHRASE_WORK: u8 = 16;
/// The hardest that is opened: a file of somebody else's could cost minutes.
pub const PASSPHRASE_WORK_MAX: u8 = 20;
/// Bytes of the file of secrets: two passwords for each of some hundred profiles.
pub const SECRETS_BYTES_MAX: usize = 256 * 1024;
/// Runs that a node's drawer shows; the list of runs has the others.
pub const NODE_RUNS_MAX: u32 = 20;
/// Jobs that a node's drawer names; the rest is counted.
pub const NODE_JOBS_MAX: usize = 50;
/// Characters of the line that lets a server join: certificates and keys make most of it.
pub const ENROLL_LINE_CHARS_MAX: usize = 128 * 1024;
/// Readers of an agent's metrics at once: a scraper or two, and a person who looks.
pub const METRICS_CONNECTIONS_MAX: usize = 8;
/// A reader of metrics that takes longer is let go: it may never end.
pub const METRICS_ANSWERED_WITHIN: Duration = Duration::from_secs(5);
/// An order to a node that it has not seen by then is not obeyed any more.
pub const NODE_OBEYS_WITHIN: Duration = Duration::from_secs(60);
/// Who asks something of a node waits for its answer so long: a session is renewed twice meanwhile.
pub const NODE_ANSWERS_WITHIN: Duration = Duration::from_secs(12);

const _: () = assert!(SESSION_RENEW_EVERY.as_secs() * 2 < NODE_ANSWERS_WITHIN.as_secs());

/// Characters of a user's name; directories allow longer ones than `useradd`, and nobody types more.
pub const USER_NAME_CHARS_MAX: usize = 64;

/// Parameters of one job: they are a form that people fill in.
pub const PARAMETERS_MAX: usize = 32;
/// Choices of one parameter.
pub const CHOICES_MAX: usize = 100;
/// Bytes of one parameter's value. All of a request's must fit into what etcd takes at once.
pub const PARAMETER_BYTES_MAX: usize = 8 * 1024;

const _: () = assert!(PARAMETERS_MAX * PARAMETER_BYTES_MAX <= 512 * 1024);

/// Headers that one call sends.
pub const HTTP_HEADERS_MAX: usize = 50;
/// How often a call goes on to where answers point.
pub const HTTP_REDIRECTS_DEFAULT: u32 = 5;
/// Upper bound of it: browsers end at 20.
pub const HTTP_REDIRECTS_MAX: u32 = 20;
/// How long a connection may take to be made: whoever drops packets never refuses.
pub const HTTP_CONNECT_WITHIN: Duration = Duration::from_secs(30);
/// Bytes of an answer that are read: one without an end must not last for ever.
pub const HTTP_BODY_BYTES_MAX: u64 = 1024 * 1024 * 1024;

const _: () = assert!(HTTP_REDIRECTS_DEFAULT <= HTTP_REDIRECTS_MAX);
/// Past instants of one backfill: more is a mistake in its range, or a job of its own.
pub const BACKFILL_INSTANTS_MAX: usize = 1_000;
/// Requests of a backfill that are put in one transaction.
pub const BACKFILL_PUT_TOGETHER: usize = 50;
/// A backfill's requests wait for their turn this long.
pub const BACKFILL_TAKEN_WITHIN: Duration = Duration::from_secs(24 * 60 * 60);

const _: () = assert!(BACKFILL_PUT_TOGETHER < ETCD_TXN_OPS_MAX);
/// How far ahead a person may ask for a run: what lies further belongs into a schedule.
pub const REQUEST_AHEAD_MAX: Duration = DURATION_MAX;

/// Secrets of one job: as many as a program is given by hand.
pub const SECRETS_MAX: usize = 32;
/// Shorter ones stand in output by chance, which would be full of marks.
pub const SECRET_BYTES_MIN: usize = 4;
/// A private key of 4,096 bits has 3,300; what is larger is a file.
pub const SECRET_BYTES_MAX: usize = 4 * 1024;
/// A sealed one: in JSON a character may take six, and sealing adds a head.
pub const SEALED_BYTES_MAX: usize = 26 * 1024;
/// Identities that one file holds: one, and another while they are being exchanged.
pub const IDENTITIES_MAX: usize = 4;

const _: () =
    assert!(SECRET_BYTES_MIN <= SECRET_BYTES_MAX && SECRET_BYTES_MAX * 6 < SEALED_BYTES_MAX);
/// An explanation looks so far back for the instant before: yearly schedules have one.
pub const EXPLAIN_BACK: Duration = Duration::from_secs(400 * 24 * 60 * 60);
