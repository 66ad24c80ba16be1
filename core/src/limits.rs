//! Every bound of the system, with its reason. Relations between them are asserted below.

use std::time::Duration;

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
const _: () = assert!(COORD_LOG_SLACK < COORD_LOG_REVISIONS);
