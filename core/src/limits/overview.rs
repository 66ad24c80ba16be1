//! Bounds of what the overview and the timeline show.

use std::time::Duration;

/// An occurrence that starts so long after its instant is late: what a person would notice.
pub const LATE_AFTER: Duration = Duration::from_secs(10);
/// Failures of each state that are put together for the overview: the newest tell what is wrong.
pub const OVERVIEW_FAILURES_READ: u32 = 2_000;
/// Groups of failures on the overview: nobody reads more, and the list of runs has them all.
pub const OVERVIEW_FAILURES_MAX: u32 = 50;
/// Things to do on the overview; the others are counted.
pub const OVERVIEW_NEEDS_MAX: usize = 50;
/// Jobs whose next occurrence the overview names.
pub const OVERVIEW_NEXT_MAX: usize = 20;
/// Running programs that the overview names, so that one can be ended from there.
pub const OVERVIEW_GOING_MAX: usize = 6;
/// Runs of each half hour whose lateness is read: a look at a row costs more than one at an index.
pub const OVERVIEW_SAMPLES: u32 = 64;
/// Jobs that start in one minute before it is called a pile: fewer hurt nobody.
pub const PILE_JOBS_MIN: usize = 10;
/// Piles that are told at once, the fullest.
pub const PILES_MAX: usize = 5;
/// Jobs that a pile names.
pub const PILE_NAMES_MAX: usize = 5;
/// Instants of a job in the span that is looked through for piles; one that has more starts all the
/// time.
pub const SPREAD_INSTANTS_MAX: usize = 300;
/// Lanes of the timeline that are read at once: some screens full.
pub const TIMELINE_LANES_MAX: usize = 60;
/// Instants to come on a lane: more than can be told apart.
pub const TIMELINE_NEXT_MAX: usize = 200;
/// Pages of runs that a window into the timeline reads.
pub const TIMELINE_PAGES_MAX: usize = 8;
/// Steps in which the timeline tells how starts lie.
pub const TIMELINE_STEPS: i64 = 96;
